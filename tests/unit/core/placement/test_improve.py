"""Better than one pod after another: levels posed again as a whole."""

from __future__ import annotations

from itertools import combinations

from ampacity.core.placement import Policy, plan
from ampacity.core.snapshot import Snapshot
from tests.builders.fleet import draw, node, places, shape, snapshot, spread, waiters
from tests.builders.power import domain, kw, rack, site

FEEDS = ("ups-a", "ups-b", "ups-c")


def triangle(capacity: str = "4kW", pods: int = 9, gpus: int = 1, **more: object) -> Snapshot:
    """Three UPS, a rack on each pair of them: a pod anywhere loads two of the three."""
    domains = [domain(name, capacity, "UPS", fails=True) for name in FEEDS]
    racks = [rack(f"r{i}", by=pair) for i, pair in enumerate(combinations(FEEDS, 2))]
    nodes = [node(f"n{i}", f"r{i}", draw=draw(8, 0, kw(1))) for i in range(3)]
    return snapshot(nodes, waiters(pods, shape(gpus), **more), site(domains, racks))


def test_three_feeds_two_by_two_are_shared_out_exactly() -> None:
    """If a fails, b carries all of r(ab) and 55 % of r(bc): x_ab + 0.55 x_bc <= 4 for each ordered pair."""
    assert len(plan(triangle()).grants) == 6
    assert len(plan(triangle("7.75kW", 30)).grants) == 15  # 5 + 0.55 x 5 is all of it
    assert len(plan(triangle("7.749999kW", 30)).grants) == 13


def test_priorities_of_equal_pods_are_served_in_turn() -> None:
    low, high = triangle(pods=9), triangle(pods=4, name="high", priority=5)
    both = Snapshot(low.sites, low.nodes, (*low.waiters, *high.waiters))
    decided = plan(both)
    assert len(decided.grants) == 6
    assert sum(name.startswith("high") for name in places(decided)) == 4


def test_one_hungry_server_gives_way_to_two_frugal_ones() -> None:
    hall = site([domain("pdu", "10kW")], [rack("r1")])
    hungry, frugal = draw(2, 0, kw(5)), draw(3, 0, kw(1))
    nodes = [node("big", draw=hungry), node("s1", draw=frugal), node("s2", draw=frugal)]
    assert len(plan(snapshot(nodes, waiters(9), hall)).grants) == 6


def test_many_shapes_are_packed_again_where_greedy_lost_too_much() -> None:
    nodes = [node("h", profile="h200"), node("l", "r2", profile="l40s")]
    first = waiters(8, shape(1, accelerators=("h200", "l40s")), name="any")
    second = waiters(8, shape(1, accelerators=("h200",)), name="picky", since=1)
    assert len(plan(snapshot(nodes, [*first, *second])).grants) == 16


def test_nodes_are_packed_one_by_one_where_their_sum_promised_too_much() -> None:
    """Four small pods and two whole ones; two of the three nodes have room for three pods each."""
    nodes = [node("n1"), node("n2", "r2", pods=3), node("n3", "r2", pods=3)]
    waiting = [*waiters(4, shape(1), name="small"), *waiters(2, shape(8), name="large", since=1)]
    assert not plan(snapshot(nodes, waiting)).refusals


def test_levels_under_rules_between_pods_stay_as_they_are() -> None:
    everywhere = shape(1, labels=(("app", "web"),), spread=(spread("app", "web", "zone", skew=5),))
    start = triangle(pods=9)
    nodes = [node(f"n{i}", f"r{i}", draw=draw(8, 0, kw(1)), labels={"zone": str(i)}) for i in range(3)]
    ruled = Snapshot(start.sites, tuple(nodes), waiters(9, everywhere))
    assert 0 < len(plan(ruled).grants) <= 6


def test_a_planner_that_may_not_search_still_plans() -> None:
    decided = plan(triangle("7.75kW", 30), Policy(search=0))
    assert 8 <= len(decided.grants) <= 15
