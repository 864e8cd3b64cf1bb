"""What starts, stops and stays when something serves already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ampacity.core.distribution import Policy, decide, distribute, follow, report
from ampacity.core.distribution.model import Choice, Task
from tests.builders.distribution import demand, near, pool, site

NEAR_AND_FAR = near(r1={"near": 5, "far": 60})
SITES = site("near", 10, uplink=1e9), site("far", 10, uplink=1e9)


def at(near: int = 0, far: int = 0) -> dict[Choice, int]:
    counts = {"near": near, "far": far}
    return {Choice("p", where, "h200x1"): count for where, count in counts.items() if count}


def after(
    current: Mapping[Choice, int], requests: float, weights: int = 10**9, **ms: float
) -> dict[Choice, int]:
    """The replicas once this is asked of what runs."""
    latency = near(r1={"near": 5, "far": 60} | ms)
    asked = pool("p", demand("r1", requests), weights=weights)
    return dict(distribute(Task(SITES, (asked,), latency, current)).replicas)


def test_replicas_far_away_move_where_that_saves_much() -> None:
    """One stays as long as a tenth more demand would need it."""
    assert after(at(far=3), 3.0) == at(near=3, far=1)
    assert after(at(far=3), 2.7) == at(near=3)


def test_but_stay_where_it_saves_little_or_loading_takes_long() -> None:
    assert after(at(far=3), 3.0, far=9) == at(far=3)
    assert after(at(far=3), 3.0, weights=10**12) == at(far=3)


def test_a_little_more_is_borne_and_much_more_is_not() -> None:
    assert after(at(near=3), 3.1) == at(near=3)
    assert after(at(near=3), 3.5) == at(near=4)


def test_a_replica_stops_once_a_tenth_more_would_not_need_it() -> None:
    assert after(at(near=4), 3.0) == at(near=4)
    assert after(at(near=4), 2.7) == at(near=3)


def test_replicas_leave_a_site_that_closes() -> None:
    task = Task(SITES, (pool("p", demand("r1", 3)),), NEAR_AND_FAR)
    before = decide(task)
    closed = replace(task, sites=(replace(SITES[0], closed="lost"), SITES[1]))
    found = report(follow(before, closed))
    assert found.replicas == at(far=3)
    assert [share.site for share in found.shares["p", "r1"]] == ["far"]


def test_following_touches_only_what_changed() -> None:
    pools = pool("p", demand("r1", 3)), pool("q", demand("r1", 2))
    task = Task(SITES, pools, NEAR_AND_FAR)
    before = decide(task)
    more = replace(task, pools=(replace(pools[0], demand=(demand("r1", 6),)), pools[1]))
    after = follow(before, more)
    assert report(after).replicas[Choice("p", "near", "h200x1")] == 6
    assert after.settled[1] is before.settled[1]


@pytest.mark.parametrize("exact", [60, 0])
def test_a_lower_priority_makes_way_where_a_higher_one_would_go_short(exact: int) -> None:
    """Decided anew as that is quick, and beside what stays. What is left to the lower one is used a little
    beyond its target."""
    pools = pool("p", demand("r1", 3), priority=1), pool("q", demand("r1", 7))
    task = Task(SITES[:1], pools, NEAR_AND_FAR)
    before = decide(task, Policy(exact=exact))
    more = replace(task, pools=(replace(pools[0], demand=(demand("r1", 5),)), pools[1]))
    served = report(follow(before, more)).score.served
    assert [gpus for _, gpus in served] == pytest.approx([5, 5 * 1.05])


def test_less_room_displaces_the_lowest_priority() -> None:
    pools = pool("p", demand("r1", 3), priority=1), pool("q", demand("r1", 7))
    task = Task(SITES[:1], pools, NEAR_AND_FAR)
    smaller = replace(task, sites=(site("near", 6, uplink=1e9),))
    found = report(follow(decide(task), smaller))
    assert [gpus for _, gpus in found.score.served] == pytest.approx([3, 3 * 1.05])


@pytest.mark.parametrize("replicas", [10, 30, 100])
def test_a_large_pool_of_high_priority_is_not_left_short(replicas: int) -> None:
    """It asks for a tenth more, and gets all of it from the lower one, however many replicas a band is."""
    pools = pool("p", demand("r1", replicas), priority=1), pool("q", demand("r1", replicas))
    here = site("near", 2 * replicas, uplink=1e9)
    running = distribute(Task((here,), pools, NEAR_AND_FAR)).replicas
    more = pool("p", demand("r1", 1.1 * replicas), priority=1), pools[1]
    for policy in (Policy(), Policy(exact=0)):
        score = distribute(Task((here,), more, NEAR_AND_FAR, running), policy).score
        assert score.served[0][1] == pytest.approx(1.1 * replicas, abs=1.0)
