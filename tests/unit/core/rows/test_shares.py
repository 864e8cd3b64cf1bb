"""How survivors take over: shares per state, and supplies over cords."""

from __future__ import annotations

import pytest

from ampacity.core.rows.states import SCALE, live_shares, live_supplies
from ampacity.core.units import PPM

HALF = 500_000


def of_ppm(*shares: int) -> tuple[int, ...]:
    return tuple(share * SCALE // PPM for share in shares)


def test_shares_not_stated_are_equal_with_ten_percent_imbalance() -> None:
    assert live_shares((None, None), (True, True)) == of_ppm(550_000, 550_000)
    assert live_shares((None,) * 3, (True,) * 3) == (-(-11 * SCALE // 30),) * 3


def test_a_single_supplier_carries_all() -> None:
    assert live_shares((None,), (True,)) == of_ppm(PPM)


def test_a_survivor_of_two_carries_all_and_no_more() -> None:
    assert live_shares((None, None), (False, True)) == of_ppm(0, PPM)


def test_survivors_take_over_in_proportion_and_keep_the_imbalance() -> None:
    assert live_shares((None,) * 3, (True, False, True)) == of_ppm(550_000, 0, 550_000)
    assert live_shares((600_000, 200_000, 200_000), (False, True, True)) == of_ppm(0, HALF, HALF)


def test_stated_shares_hold_as_they_are_while_all_live() -> None:
    assert live_shares((700_000, 600_000), (True, True)) == of_ppm(700_000, 600_000)


def test_a_transfer_switch_uses_its_second_source_only_when_the_first_is_gone() -> None:
    assert live_shares((PPM, 0), (True, True)) == of_ppm(PPM, 0)
    assert live_shares((PPM, 0), (False, True)) == of_ppm(0, PPM)


def test_only_sources_of_zero_left_take_all_equally() -> None:
    assert live_shares((PPM, 0, 0), (False, True, True)) == of_ppm(0, 550_000, 550_000)


def test_nothing_live_carries_nothing() -> None:
    assert live_shares((None, None), (False, False)) == (0, 0)
    assert live_shares((), ()) == ()


def test_shares_that_sum_to_less_than_all_are_scaled_up_to_it() -> None:
    thirds = live_shares((333_333,) * 3, (True,) * 3)
    assert sum(thirds) >= SCALE


def test_where_only_some_are_stated_the_others_may_carry_all() -> None:
    assert live_shares((None, HALF), (True, True)) == of_ppm(PPM, HALF)


@pytest.mark.parametrize(("count", "live", "left"), [
    (6, (True, True), 6), (6, (True, False), 3), (7, (True, False), 4), (7, (False, True), 3),
    (6, (False, True, True, True), 4), (1, (False, True), 0), (6, (), 0),
])
def test_supplies_are_cabled_evenly_and_the_remainder_to_the_first(
        count: int, live: tuple[bool, ...], left: int) -> None:
    assert live_supplies(count, live) == left
