"""A small wiggle of demand or room moves nothing, and nothing goes back and forth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ampacity.core.distribution import Decision, Policy, decide, follow, report
from ampacity.core.distribution.model import Choice, Task
from tests.builders import distribution as fleets
from tests.properties.distribution.worlds import drawn

Next = Callable[[Decision, Task], Decision]


def anew(before: Decision, task: Task) -> Decision:
    """Everything is decided again, knowing what runs."""
    return decide(replace(task, current=report(before).replicas), before.policy)


@pytest.mark.parametrize("step", [anew, follow])
def test_a_wiggle_of_demand_moves_nothing(step: Next) -> None:
    """150 random questions; each region's demand moves by up to 5 %, three times."""
    for seed in range(150):
        _stays_put(drawn(seed), step, seed)


@pytest.mark.parametrize("step", [anew, follow])
def test_nor_in_a_larger_fleet(step: Next) -> None:
    """Settled pool by pool, some regions short."""
    for seed in range(4):
        task = fleets.world(fleets.Size(10, 8, 5, load=0.2 + 0.05 * seed, seed=seed))
        _stays_put(task, step, seed, Policy(exact=0))


def _stays_put(task: Task, step: Next, seed: int, policy: Policy | None = None) -> None:
    pick = np.random.default_rng(seed)
    decision = decide(task, policy or Policy())
    first = report(decision).replicas
    for _ in range(3):
        decision = step(decision, wiggled(task, pick, 0.05))
        assert report(decision).replicas == first, seed


def wiggled(task: Task, pick: np.random.Generator, part: float) -> Task:
    """Every region's demand more or less by up to `part`."""
    pools = tuple(
        [
            replace(
                pool,
                demand=tuple(
                    [
                        replace(one, requests=one.requests * (1 + pick.uniform(-part, part)))
                        for one in pool.demand
                    ]
                ),
            )
            for pool in task.pools
        ]
    )
    return replace(task, pools=pools)


@pytest.mark.parametrize("step", [anew, follow])
def test_nothing_goes_back_and_forth(step: Next) -> None:
    """Two states of demand take turns, far apart: what moves, moves in the first turns only."""
    for seed in range(60):
        task = drawn(seed)
        other = wiggled(task, np.random.default_rng(seed), 0.09)
        decision = decide(task)
        seen: list[dict[Choice, int]] = []
        for turn in range(8):
            decision = step(decision, task if turn % 2 else other)
            seen.append(dict(report(decision).replicas))
        assert seen[4:] == [seen[4]] * 4, seed


def test_more_room_than_needed_moves_nothing() -> None:
    """A site gets room that nobody lacks, or loses room that nobody uses."""
    for seed in range(60):
        task = drawn(seed)
        decision = decide(task)
        first = report(decision)
        if first.unserved:
            continue
        roomier = tuple(
            [
                replace(
                    site,
                    berths=tuple([replace(one, slots=one.slots + (one.slots > 0)) for one in site.berths]),
                )
                for site in task.sites
            ]
        )
        assert report(follow(decision, replace(task, sites=roomier))).replicas == first.replicas, seed
