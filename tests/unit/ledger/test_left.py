"""Places that pods left become holds, as far as their controllers are owed them."""

from __future__ import annotations

from dataclasses import replace

from ampacity.core.ledger import LEFT, MAX_LEFT, Ledger, Left, announce, keep, leaver, resolve
from ampacity.core.load import Load
from tests.unit.ledger.builders import AT, SHAPE, grant, led, waiter


def left(number: int = 0, controller: str = "c", **more: object) -> Left:
    place = Left(
        f"u{number}", f"default/web-{number}", controller, "n1", "par1", "r1", "h100", 1, Load(700, 700),
        SHAPE.requests,
    )  # fmt: skip
    return replace(place, **more)  # type: ignore[arg-type]


def test_a_place_that_is_owed_is_held_as_it_was() -> None:
    (hold,) = keep(led(), [left()], {"c": 1}, AT).holds
    assert (hold.controller, hold.node, hold.rack) == ("c", "n1", "r1")
    assert (hold.units, hold.load) == (1, Load(700, 700))
    assert hold.key == f"{LEFT}default/web-0/u0" and leaver(hold) == "default/web-0"


def test_no_more_is_held_than_is_owed_and_the_first_to_leave_comes_first() -> None:
    ledger = keep(led(), [left(0), left(1), left(2, "other")], {"c": 1}, AT)
    assert [leaver(hold) for hold in ledger.holds] == ["default/web-0"]


def test_what_the_ledger_reserves_already_is_not_owed_again() -> None:
    first = keep(led(), [left(0)], {"c": 1}, AT)
    assert keep(first, [left(1)], {"c": 1}, AT) is first
    announced = announce(led(), [grant(waiter(controller="c"))], AT).ledger
    assert keep(announced, [left(1)], {"c": 1}, AT) is announced


def test_one_place_is_never_held_twice() -> None:
    first = keep(led(), [left(0)], {"c": 1}, AT)
    assert keep(first, [left(0)], {"c": 5}, AT) is first
    taken = announce(first, [grant(waiter(hold="n1", controller="c"))], AT).ledger
    assert taken.holds == () and keep(taken, [left(0)], {"c": 5}, AT) is taken


def test_a_taken_place_returns_under_its_name_if_its_pod_goes_before_the_grant_lands() -> None:
    held = keep(led(), [left(0)], {"c": 1}, AT)
    taken = announce(held, [grant(waiter(hold="n1", controller="c"))], AT).ledger
    (back,) = resolve(taken, {}, AT).holds
    assert leaver(back) == "default/web-0"


def test_what_a_pool_is_due_is_judged_elsewhere() -> None:
    (hold,) = keep(led(), [left(of_pool=True)], {}, AT).holds
    assert not hold.key.startswith(LEFT) and leaver(hold) == "default/web-0"


def test_places_left_fill_no_more_than_their_part_of_the_ledger() -> None:
    many = [left(number) for number in range(MAX_LEFT + 5)]
    assert len(keep(led(), many, {"c": len(many)}, AT).holds) == MAX_LEFT


def test_a_hold_of_another_origin_has_no_leaver() -> None:
    (hold,) = announce(Ledger(), [grant(replace(waiter(), uid="replica/default/chat/0"))], AT).ledger.holds
    assert leaver(hold) == ""
