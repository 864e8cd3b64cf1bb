"""Small integer programs, answered exactly or not at all."""

from __future__ import annotations

from ampacity.core.placement.solver import Effort, Limit, bound, maximise

EXACT = Effort(1000, 0.0)


def test_the_best_of_a_small_knapsack() -> None:
    limits = [Limit((0, 1, 2), (5, 4, 3), 10)]
    assert maximise([10, 7, 5], [2, 2, 3], limits, EXACT) == [2, 0, 0]
    assert bound([10, 7, 5], [2, 2, 3], limits) >= 20


def test_a_limit_is_met_to_the_last_unit() -> None:
    """Three shares of a third, rounded up, exceed the whole by two parts in a million."""
    third = Limit((0,), (333_334 * 10**6,), 10**12)
    assert maximise([1], [10], [third], EXACT) == [2]
    assert maximise([1], [10], [Limit((0,), (333_333 * 10**6,), 10**12)], EXACT) == [3]


def test_sizes_of_nanowatts_do_not_blur_the_answer() -> None:
    watts = 812_345_679
    limits = [Limit((0, 1), (550_000 * watts, 10**6 * watts), 3_300_000 * watts),
              Limit((0, 1), (10**6 * watts, 550_000 * watts), 3_300_000 * watts - 1)]
    answer = maximise([1, 1], [9, 9], limits, EXACT)
    assert answer is not None and sum(answer) == 4


def test_at_least_is_at_most_with_the_sign_turned() -> None:
    answer = maximise([1, 2], [5, 5], [Limit((0, 1), (1, 1), 4), Limit((0,), (-1,), -3)], EXACT)
    assert answer == [3, 1]


def test_what_cannot_be_met_has_no_answer() -> None:
    assert maximise([1], [1], [Limit((0,), (-1,), -2)], EXACT) is None


def test_equal_programs_have_equal_answers() -> None:
    limits = [Limit(tuple(range(6)), (3, 3, 3, 3, 3, 3), 10), Limit((0, 1, 2), (2, 2, 2), 3)]
    assert len({tuple(maximise([1] * 6, [2] * 6, limits, EXACT) or ()) for _ in range(5)}) == 1
