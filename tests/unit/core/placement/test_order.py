"""Who comes first: priority, then age, then name; and nobody blocks who fits."""

from __future__ import annotations

from ampacity.core.placement import plan
from ampacity.core.snapshot import Snapshot
from tests.builders.fleet import node, places, reasons, shape, snapshot, waiter, waiters


def test_nobody_waits_nothing_to_decide() -> None:
    decided = plan(snapshot([node()], []))
    assert (decided.grants, decided.refusals, decided.released) == ((), (), ())


def test_higher_priority_takes_the_last_place() -> None:
    asks = shape(8)
    decided = plan(snapshot([node()], [waiter("old", asks), waiter("high", asks, priority=1, since=9)]))
    assert places(decided) == {"high": "n1"}


def test_of_equal_priority_the_older_request_wins() -> None:
    asks = shape(8)
    decided = plan(snapshot([node()], [waiter("young", asks, since=2), waiter("old", asks, since=1)]))
    assert places(decided) == {"old": "n1"}


def test_of_equal_age_the_smaller_uid_wins() -> None:
    decided = plan(snapshot([node()], [waiter("b", shape(8)), waiter("a", shape(8))]))
    assert places(decided) == {"a": "n1"}


def test_a_pod_that_does_not_fit_blocks_nobody() -> None:
    waiting = [waiter("large", shape(16), since=1), waiter("small", shape(1), since=2)]
    decided = plan(snapshot([node()], waiting))
    assert places(decided) == {"small": "n1"}
    assert list(reasons(decided)) == ["large"]


def test_grants_and_refusals_come_in_waiting_order() -> None:
    waiting = [waiter(f"p{i}", shape(4), since=10 - i) for i in range(4)]
    decided = plan(snapshot([node()], waiting))
    assert [grant.waiter.name for grant in decided.grants] == ["p3", "p2"]
    assert [refusal.waiter.name for refusal in decided.refusals] == ["p1", "p0"]


def test_interleaved_shapes_are_served_by_age_where_they_compete() -> None:
    small, large = shape(2), shape(4)
    waiting = [waiter("a", small, since=1), waiter("b", large, since=2), waiter("c", small, since=3),
               waiter("d", large, since=4)]
    decided = plan(snapshot([node()], waiting))
    assert set(places(decided)) == {"a", "b", "c"}


def test_pods_that_differ_only_by_namespace_are_equal_pods() -> None:
    waiting = [waiter(f"p{i}", shape(1, namespace=f"team-{i % 3}")) for i in range(12)]
    assert len(plan(snapshot([node()], waiting)).grants) == 8


def test_a_grant_says_where_and_what_it_charges() -> None:
    start = snapshot([node(profile="h200")], waiters(1, shape(2)))
    grant = plan(start).grants[0]
    assert (grant.node, grant.site, grant.rack, grant.profile) == ("n1", "hall", "r1", "h200")
    assert (grant.load.power, grant.generation, grant.held) == (2_000_000, 1, False)


def test_a_snapshot_without_sites_or_nodes_refuses_everybody() -> None:
    decided = plan(Snapshot({}, (), waiters(2)))
    assert [refusal.reason for refusal in decided.refusals] == ["NoEnvelope", "NoEnvelope"]
