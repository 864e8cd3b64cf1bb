"""After a change only what it touches is decided; still nothing is broken, and nobody goes short in vain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from ampacity.core.distribution import Decision, Policy, decide, follow, report
from ampacity.core.distribution.fleet import read_fleet
from ampacity.core.distribution.goodput import goodput
from ampacity.core.distribution.joint import in_berths
from ampacity.core.distribution.model import Choice, Task
from ampacity.core.distribution.settle import fitting, in_order
from ampacity.core.distribution.settled import Settled, assign
from ampacity.core.distribution.stock import Stock
from tests.builders import distribution as fleets
from tests.properties.distribution.changes import changed, more_asked
from tests.properties.distribution.laws import check_residency, check_room, check_rules, check_spread
from tests.properties.distribution.worlds import Size, drawn

LARGE = Policy(exact=0)
"""Nothing is small enough to be decided anew at once."""

TRIO = ("first", 2), ("second", 2), ("third", 1)
NEAR = fleets.near(r1={"a": 5, "b": 60})

Case = tuple[int, Decision, Task]


def cases(spread: bool = True) -> Iterator[Case]:
    """Decisions, and what is asked after a change: small questions, and larger ones where power is short."""
    for seed in range(150):
        yield _case(seed, drawn(seed, Size(spread=spread)))
    for seed in range(6):
        yield _case(seed, fleets.world(fleets.Size(10, 8, 5, load=0.4 + 0.1 * seed, seed=seed)))


def _case(seed: int, task: Task) -> Case:
    pick = np.random.default_rng(seed)
    before = decide(task, LARGE)
    return seed, before, changed(task, pick)


@pytest.mark.parametrize("policy", [LARGE, Policy()])
def test_room_residency_and_rules_hold(policy: Policy) -> None:
    for _, before, task in cases():
        found = report(follow(replace(before, policy=policy), task))
        check_residency(task, found)
        check_room(task, found)
        check_rules(task, found)
        check_spread(task, found)


def test_no_less_is_served_than_by_what_still_fits() -> None:
    """Priority by priority, the highest first: nothing started, and nothing used beyond its target. (A spread
    may forbid what still fits.)"""
    for seed, before, task in cases(spread=False):
        after = follow(before, task)
        ours, theirs = _served(after.settled), _served(_kept(before, task))
        for priority in sorted(theirs, reverse=True):
            if ours[priority] > theirs[priority] + 1e-6:
                break
            assert ours[priority] >= theirs[priority] - 1e-6, seed


def _kept(before: Decision, task: Task) -> list[Settled]:
    """What fits of what runs, with its best flows: the highest priorities first, of equals those that are as
    they were."""
    fleet = read_fleet(replace(task, current=_running(before)), before.policy)
    problems = decide(task, before.policy).problems
    blocks = [fleet.block(one, before.policy.near) for one in task.pools if one.name not in problems]
    ordered = [blocks[index] for index in in_order(blocks)]
    ordered.sort(key=lambda one: (-one.pool.priority, one.pool not in before.task.pools))
    stock = Stock(fleet.room)
    return [assign(block, fitting(block, block.option_current, stock), 0.0) for block in ordered]


def _served(settled: Iterable[Settled]) -> dict[int, float]:
    """GPUs by priority."""
    found: dict[int, float] = {}
    for one in settled:
        found[one.block.pool.priority] = found.get(one.block.pool.priority, 0.0) + one.gpus
    return found


def _running(decision: Decision) -> dict[Choice, int]:
    return dict(report(decision).replicas)


def test_nobody_goes_short_for_a_lower_priority() -> None:
    """Whoever lost more than the band finds no room for a replica even where all lower ones stand."""
    lost = 0
    for seed, before, task in cases(spread=False):
        after = follow(before, task)
        short = {one.block.pool.name: _part_unserved(one) for one in before.settled}
        for one in after.settled:
            if _part_unserved(one) > short.get(one.block.pool.name, 0.0) + after.policy.band:
                lost += 1
                assert not list(_open(after, one)), (seed, one.block.pool.name)
    assert lost > 20


def _part_unserved(one: Settled) -> float:
    return float(one.unserved.sum()) / max(1e-9, float(one.block.work.sum()))


def _open(decision: Decision, one: Settled) -> Iterator[tuple[int, int]]:
    """Regions and berths where a replica would be used fully, and would fit if nobody lower was there."""
    pool, fleet = one.block.pool, decision.fleet
    above = [other for other in decision.settled if other.block.pool.priority >= pool.priority]
    counts = in_berths([other.block for other in above], [other.counts for other in above], decision.room)
    stock, none = Stock(decision.room.less(counts)), np.zeros(len(decision.room.left), np.int64)
    judged, rate = fleet.judged(pool), goodput(pool).rate if pool.demand else np.ones(len(pool.variants))
    for region in np.flatnonzero(one.unserved > rate.max()).tolist():
        variant, site = np.nonzero(judged.variants & judged.pairs[region])
        for berth in fleet.berths(pool)[variant, site].tolist():
            if stock.takes(berth, none):
                yield region, berth


def test_the_order_of_everything_is_no_matter() -> None:
    for seed, before, task in cases():
        turned = replace(task, sites=task.sites[::-1], pools=task.pools[::-1])
        found, again = follow(before, task), follow(before, turned)
        assert report(found).replicas == report(again).replicas, seed


def test_a_pool_that_grows_takes_room_that_is_left_and_then_that_of_lower_priorities() -> None:
    """Equals stay; the lowest gives way, and no more of it than has to."""
    pools = tuple([fleets.pool(name, fleets.demand("r1", 3), priority=p) for name, p in TRIO])
    task = Task((fleets.site("a", 9), fleets.site("b", 2)), pools, NEAR)
    before = decide(task, LARGE)
    for factor, first, third in ((5 / 3, 2, 3), (7 / 3, 2, 1)):
        after = follow(before, replace(task, pools=(more_asked(pools[0], factor), *pools[1:])))
        assert report(after).replicas == {
            Choice("first", "a", "h200x1"): 6 - third, Choice("first", "b", "h200x1"): first,
            Choice("second", "a", "h200x1"): 3, Choice("third", "a", "h200x1"): third,
        }  # fmt: skip
