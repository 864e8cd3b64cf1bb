"""Which rows are dropped, and that dropping them changes no answer."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.core.rows.dominate import Limit, undominated
from ampacity.core.rows.flow import Coefs


def limit(coefs: dict[int, Coefs], room: int, situation: int = 0, order: int = 0) -> Limit:
    return Limit((order, -1), situation, coefs, 0, room, order)


ONE: dict[int, Coefs] = {0: (10, 0, 0)}


def test_a_row_with_smaller_coefficients_and_as_much_room_is_dropped() -> None:
    strong, weak = limit({0: (10, 5, 0), 1: (4, 0, 0)}, 100), limit(ONE, 100)
    assert undominated([weak, strong]) == [strong]


def test_a_row_with_less_room_stays() -> None:
    rows = [limit({0: (10, 5, 0)}, 100), limit(ONE, 99, order=1)]
    assert undominated(rows) == rows


def test_a_row_with_any_larger_coefficient_stays() -> None:
    rows = [limit({0: (10, 5, 0)}, 100), limit({0: (9, 6, 0)}, 100, order=1)]
    assert undominated(rows) == rows


def test_a_row_of_another_source_stays() -> None:
    rows = [limit({0: (10, 0, 0)}, 1), limit({1: (1, 0, 0)}, 100, order=1)]
    assert undominated(rows) == rows


def test_of_equal_rows_normal_operation_stays_then_the_earlier() -> None:
    rows = [limit(ONE, 5, 2, 0), limit(ONE, 5, 0, 3), limit(ONE, 5, 0, 4)]
    assert undominated(rows) == [rows[1]]


def test_capacities_below_zero_compare_as_numbers() -> None:
    rows = [limit(ONE, -5), limit(ONE, -9, order=1)]
    assert undominated(rows) == [rows[1]]


COEFS = st.tuples(*[st.integers(0, 2)] * 3).filter(any)
LIMITS = st.lists(st.builds(
    limit, st.dictionaries(st.integers(0, 2), COEFS, min_size=1), st.integers(-3, 9),
    st.integers(0, 2), st.integers(0, 5)), min_size=1, max_size=12)
LOADS = st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=3, max_size=3)


def excess(rows: list[Limit], loads: list[Coefs], source: int) -> int | None:
    """The largest excess among rows that the source's load touches, None if it touches none."""
    return max((sum(c * w for s, coefs in row.coefs.items() for c, w in zip(coefs, loads[s], strict=True))
                - row.room for row in rows
                if any(c * w for c, w in zip(row.coefs.get(source, (0, 0, 0)), loads[source], strict=True))),
               default=None)


@settings(deadline=None)
@given(LIMITS, LOADS, st.integers(0, 2))
def test_dropping_changes_neither_the_verdict_nor_the_largest_shortage(
        rows: list[Limit], loads: list[Coefs], source: int) -> None:
    kept = undominated(rows)
    before, after = excess(rows, loads, source), excess(kept, loads, source)
    assert max(before or 0, 0) == max(after or 0, 0)


@settings(deadline=None)
@given(LIMITS)
def test_nothing_that_stays_is_dominated(rows: list[Limit]) -> None:
    kept = undominated(rows)
    for weak in kept:
        for strong in kept:
            covers = strong.room <= weak.room and all(
                all(a >= b for a, b in zip(strong.coefs.get(s, (0, 0, 0)), coefs, strict=True))
                for s, coefs in weak.coefs.items())
            assert strong is weak or not covers
