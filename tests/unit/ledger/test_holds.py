"""Releasing holds that nobody will take."""

from __future__ import annotations

from dataclasses import replace

from ampacity.core.ledger import (
    LEFT,
    Hold,
    Ledger,
    Need,
    announce,
    fitted,
    give_up,
    holds_by_controller,
    overdue,
    release,
    without_holds,
)
from ampacity.core.load import Load
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
    assert fitted(ledger, [need(), need()]) is ledger


def test_a_hold_that_fits_no_pod_makes_way_for_one() -> None:
    ledger = held("a", "a", "b")
    left = fitted(ledger, [need(units=2), need("c")])
    assert holds_by_controller(left) == {"a": 1, "b": 1}


def large(units: int = 4, key: str = "1.1.0") -> Hold:
    """A hold of so many GPUs and 8 CPUs, with 1,001 mW more than 700 W a GPU."""
    requests = Resources(cpu_milli=8_000, extended=(("nvidia.com/gpu", units),))
    load = Load(700_000 * units + 1_001, 100)
    return Hold(key, "a", "n1", "par1", "r1", "h100", units, load, requests, AT)


def wants(gpus: int, cpu: int = 0) -> Need:
    return "a", gpus, Resources(cpu_milli=cpu, extended=(("nvidia.com/gpu", gpus),))


def test_a_larger_hold_is_cut_to_the_size_of_its_pod() -> None:
    ledger = replace(led(), holds=(large(),))
    (cut,) = fitted(ledger, [wants(3)]).holds
    assert (cut.key, cut.node, cut.since, cut.units, cut.requests) == ("1.1.0", "n1", AT, *wants(3)[1:])
    assert cut.load == Load(2_100_751, 75)


def test_each_pod_takes_a_hold_of_its_own_and_equal_ones_first() -> None:
    ledger = replace(led(), holds=(large(key="x"), large(2, key="y"), large(2, key="z")))
    equal = ("a", 2, ledger.holds[1].requests)
    found = {hold.key: hold.units for hold in fitted(ledger, [wants(1), equal]).holds}
    assert found == {"x": 1, "y": 2, "z": 2}


def test_a_hold_that_lacks_anything_is_not_larger() -> None:
    ledger = replace(led(), holds=(large(),))
    assert fitted(ledger, [wants(3, cpu=9_000)]).holds == ()
    other = ("a", 1, Resources(extended=(("nvidia.com/mig-1g.10gb", 1),)))
    assert fitted(ledger, [other]).holds == ()


def test_fewer_cpus_cut_no_watts() -> None:
    ledger = replace(led(), holds=(large(),))
    (cut,) = fitted(ledger, [wants(4, cpu=1_000)]).holds
    assert cut.load == large().load and cut.requests.cpu_milli == 1_000


def test_holds_whose_pods_are_yet_to_come_stay() -> None:
    ledger = held("a", "a")
    assert fitted(ledger, [need()]) is ledger
    assert fitted(ledger, []) is ledger
