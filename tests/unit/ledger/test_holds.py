"""Releasing holds that nobody will take."""

from __future__ import annotations

from dataclasses import replace

from ampacity.core.ledger import (
    LEFT,
    Ledger,
    announce,
    give_up,
    holds_by_controller,
    overdue,
    release,
    without_holds,
    without_misfits,
)
from ampacity.core.snapshot import Resources
from tests.unit.ledger.builders import AT, SHAPE, grant, led, replica, waiter

NODES = frozenset({"n1", "n2"})


def held(*controllers: str, node: str = "n1") -> Ledger:
    grants = [grant(replica(i, controller), node) for i, controller in enumerate(controllers)]
    return announce(led(), grants, AT).ledger


def test_holds_that_are_due_stay() -> None:
    ledger = held("a", "a", "b")
    assert release(ledger, {"a": 2, "b": 5}, NODES) is ledger
    assert holds_by_controller(ledger) == {"a": 2, "b": 1}


def test_a_controller_that_wants_none_keeps_none() -> None:
    assert holds_by_controller(release(held("a", "b"), {"b": 1}, NODES)) == {"b": 1}


def test_the_newest_go_first() -> None:
    old, new = held("a").holds[0], replace(held("a").holds[0], key="later", since=AT + 9)
    ledger = replace(led(), holds=(new, old))
    assert release(ledger, {"a": 1}, NODES).holds == (old,)


def test_a_hold_on_a_node_that_admits_nothing_goes() -> None:
    assert release(held("a", node="gone"), {"a": 1}, NODES).holds == ()


def test_a_hold_is_overdue_once_it_waited_for_long() -> None:
    ledger = held("a", "b")
    first, second = (hold.key for hold in ledger.holds)
    assert overdue(ledger, {first: 5.0, second: 6.0}, 64.9, 60) == ()
    assert overdue(ledger, {first: 5.0, second: 6.0}, 65.0, 60) == ledger.holds[:1]
    assert without_holds(ledger, ledger.holds[:1]).holds == ledger.holds[1:]


def test_a_hold_that_has_not_begun_to_wait_is_not_overdue() -> None:
    assert overdue(held("a"), {}, 1e9, 60) == ()


def test_what_was_left_behind_stands_whatever_is_due_but_not_on_a_useless_node() -> None:
    left = replace(held("a").holds[0], key=f"{LEFT}default/web-0/uid")
    ledger = replace(led(), holds=(left,))
    assert release(ledger, {}, NODES) is ledger
    assert release(ledger, {"a": 1}, frozenset()).holds == ()


def test_a_place_that_is_of_no_use_is_given_up_once_per_waiter() -> None:
    ledger = held("a", "a", "b")
    left = give_up(ledger, [waiter(hold="n1", controller="a"), waiter(hold=None, controller="b")])
    assert holds_by_controller(left) == {"a": 1, "b": 1}
    assert give_up(ledger, []) is ledger


def need(controller: str = "a", units: int = 1) -> tuple[str, int, Resources]:
    return controller, units, SHAPE.requests


def test_a_hold_that_fits_its_pod_stays() -> None:
    ledger = held("a", "a")
    assert without_misfits(ledger, [need(), need()]) is ledger


def test_a_hold_that_fits_no_pod_makes_way_for_one() -> None:
    ledger = held("a", "a", "b")
    left = without_misfits(ledger, [need(units=2), need("c")])
    assert holds_by_controller(left) == {"a": 1, "b": 1}


def test_holds_whose_pods_are_yet_to_come_stay() -> None:
    ledger = held("a", "a")
    assert without_misfits(ledger, [need()]) is ledger
    assert without_misfits(ledger, []) is ledger
