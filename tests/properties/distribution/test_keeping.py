"""Whole decisions where something runs: what is kept obeys the rules too, and is not kept in vain."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from ampacity.core.distribution import Policy, decide, report
from ampacity.core.distribution.fleet import read_fleet
from ampacity.core.distribution.keep import cost
from ampacity.core.distribution.model import Choice, Task
from ampacity.core.distribution.settled import Settled, assign
from ampacity.core.distribution.undo import undo
from tests.builders import distribution as fleets
from tests.properties.distribution.changes import changed
from tests.properties.distribution.laws import check_residency, check_room, check_rules, check_spread
from tests.properties.distribution.worlds import drawn

LARGE = Policy(exact=0)


def cases() -> Iterator[tuple[int, Task]]:
    """Questions in which what was decided before a change runs."""
    for seed in range(150):
        yield seed, _case(seed, drawn(seed))
    for seed in range(1000, 1006):
        size = fleets.Size(10, 8, 5, load=0.4 + 0.1 * (seed % 1000), seed=seed)
        yield seed, _case(seed, fleets.world(size))


def _case(seed: int, task: Task) -> Task:
    running = report(decide(task, LARGE)).replicas
    return replace(changed(task, np.random.default_rng(seed)), current=running)


@pytest.mark.parametrize("policy", [LARGE, Policy()])
def test_room_residency_and_rules_hold(policy: Policy) -> None:
    for _, task in cases():
        found = report(decide(task, policy))
        check_residency(task, found)
        check_room(task, found)
        check_rules(task, found)
        check_spread(task, found)


def test_nothing_is_missed_where_the_bound_says_that_keeping_is_as_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With every bound looked into, the same is decided."""
    found = {seed: report(decide(task, LARGE)).replicas for seed, task in cases()}
    told: list[bool] = []
    module = sys.modules["ampacity.core.distribution.decide"]
    said = module.promising

    def always(*all_: object) -> bool:
        told.append(said(*all_))
        return True

    monkeypatch.setattr(module, "promising", always)
    for seed, task in cases():
        assert report(decide(task, LARGE)).replicas == found[seed], seed
    assert told.count(False) > 20


@pytest.mark.parametrize("policy", [LARGE, Policy()])
def test_moves_that_are_taken_back_cost_nobody_anything(policy: Policy) -> None:
    """Every pool is served as much, from hardly farther away, with fewer starts; and it fits."""
    saved = 0
    for seed, task in cases():
        before, after = decide(task, replace(policy, undo=0)), decide(task, policy)
        for was, now in zip(before.settled, after.settled, strict=True):
            assert now.gpus >= was.gpus * (1 - 1e-6), seed
            assert cost(now, policy) * (1 - policy.gain) <= cost(was, policy) + 1e-9, seed
            assert _starts(now) <= _starts(was), seed
            saved += _starts(was) - _starts(now)
        assert after.room.fits(after.counts), seed
    assert saved > 10


def _starts(one: Settled) -> int:
    return int(np.maximum(one.counts - one.block.option_current, 0).sum())


def test_two_pools_that_would_trade_places_in_full_sites_stay_where_they_are() -> None:
    """Of three each, two would change places; equal regions are as near to both sites."""
    pools = fleets.pool("p", fleets.demand("r1", 3)), fleets.pool("q", fleets.demand("r1", 3))
    running = {Choice("p", "a", "h200x1"): 3, Choice("q", "b", "h200x1"): 3}
    near = fleets.near(r1={"a": 5, "b": 5})
    task = Task((fleets.site("a", 3), fleets.site("b", 3)), pools, near, running)
    fleet = read_fleet(task, LARGE)
    turned = [
        assign(fleet.block(pool, 8), np.array(counts), 0.0)
        for pool, counts in zip(pools, ([1, 2], [2, 1]), strict=True)
    ]
    found = undo(turned, fleet.room, LARGE)
    assert [one.counts.tolist() for one in found] == [[3, 0], [0, 3]]


def test_whatever_the_order_the_same_moves_are_taken_back() -> None:
    for seed, task in cases():
        turned = replace(task, sites=task.sites[::-1], pools=task.pools[::-1])
        assert report(decide(task, LARGE)).replicas == report(decide(turned, LARGE)).replicas, seed
