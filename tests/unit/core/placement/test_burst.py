"""A thousand equal pods and power for about six hundred."""

from __future__ import annotations

from ampacity.core.placement import plan
from ampacity.core.snapshot import Snapshot
from tests.builders.fleet import after, draw, node, shape, snapshot, waiters
from tests.builders.power import domain, kw, rack, site

RACKS, NODES = 25, 6


def hall(asks: int, pods: int) -> Snapshot:
    """Two feeds of which one alone must carry 150 idle servers (75 kW) and 600 GPUs (420 kW)."""
    feeds = [domain(f"feed-{f}", "495.3kW", "Feed", fails=True) for f in "ab"]
    racks = [rack(f"r{i:02}", by=["feed-a", "feed-b"]) for i in range(RACKS)]
    server = draw(8, kw(0.5), kw(0.7))
    nodes = [node(f"{one.name}-{i}", one.name, draw=server) for one in racks for i in range(NODES)]
    return snapshot(nodes, waiters(pods, shape(asks)), site(feeds, racks))


def test_burst_of_equal_pods_runs_exactly_the_maximum() -> None:
    decided = plan(hall(1, 1000))
    assert (len(decided.grants), len(decided.refusals)) == (600, 400)
    assert {refusal.reason for refusal in decided.refusals} == {"InsufficientRedundancy"}
    (sentence,) = {refusal.sentence for refusal in decided.refusals}
    assert "feed-a short by 400 W if" in sentence and "feed-b fails" in sentence


def test_burst_of_whole_nodes_runs_exactly_the_maximum() -> None:
    assert len(plan(hall(8, 140)).grants) == 75


def test_burst_over_two_cycles_is_no_more_than_in_one() -> None:
    start = hall(1, 1000)
    once = plan(start)
    again = plan(after(start, once))
    assert (again.grants, len(again.refusals)) == ((), 400)
