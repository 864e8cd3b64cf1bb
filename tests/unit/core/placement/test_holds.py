"""Held places: counted already, taken first, given up when they are no good any more."""

from __future__ import annotations

from dataclasses import replace

from ampacity.core.placement import plan
from ampacity.core.snapshot import NodeView, Snapshot
from tests.builders.fleet import apart, node, places, resident, shape, small_site, snapshot, waiter, waiters
from tests.builders.power import kw

FULL = node(used=8)  # eight GPUs in use or held


def holding(view: NodeView = FULL, capacity: str = "10kW", **more: object) -> Snapshot:
    """One waiter with a hold of four of the eight GPUs, on a feed that carries exactly what is charged."""
    mine = waiter("mine", shape(4), hold=view.name, **more)
    return snapshot([view], [mine], small_site(1, capacity))


def test_a_hold_is_taken_though_nothing_more_would_fit() -> None:
    decided = plan(holding())
    grant = decided.grants[0]
    assert (grant.node, grant.held, grant.load.power, decided.released) == ("n1", True, kw(4), ())


def test_a_held_place_is_not_charged_twice() -> None:
    start = holding(node(used=4), "10kW")
    decided = plan(replace(start, waiters=(*start.waiters, *waiters(8))))
    assert len(decided.grants) == 1 + 4


def test_holds_come_before_every_priority() -> None:
    start = holding()
    decided = plan(replace(start, waiters=(*start.waiters, waiter("high", shape(1), priority=9))))
    assert places(decided) == {"mine": "n1"}


def test_a_hold_on_a_node_that_admits_no_longer_is_given_up() -> None:
    start = holding(replace(FULL, admits=False, why_not="cordoned"))
    spare = replace(start, nodes=(*start.nodes, node("n2")), sites=snapshot([], []).sites)
    for state, where in ((start, {}), (spare, {"mine": "n2"})):
        decided = plan(state)
        assert places(decided) == where
        assert [one.name for one in decided.released] == ["mine"]
    assert not plan(spare).grants[0].held


def test_a_hold_on_a_node_that_is_gone_is_given_up() -> None:
    start = holding()
    decided = plan(replace(start, nodes=()))
    assert ([one.name for one in decided.released], len(decided.refusals)) == (["mine"], 1)


def test_a_hold_above_a_lowered_limit_is_given_up() -> None:
    assert [one.name for one in plan(holding(capacity="9.9kW")).released] == ["mine"]


def test_a_hold_must_still_pass_the_rules_between_pods() -> None:
    asks = shape(4, rules=(apart("app", "db"),))
    mine = waiter("mine", asks, hold="n1")
    decided = plan(snapshot([FULL], [mine], residents=[resident("n1", {"app": "db"})]))
    assert [one.name for one in decided.released] == ["mine"]


def test_pods_that_take_holds_count_for_rules_of_others() -> None:
    labelled = shape(4, labels=(("app", "db"),))
    shy = shape(1, rules=(apart("app", "db"),))
    nodes = [FULL, node("n2")]
    decided = plan(snapshot(nodes, [waiter("mine", labelled, hold="n1"), waiter("shy", shy, priority=5)]))
    assert places(decided) == {"mine": "n1", "shy": "n2"}
