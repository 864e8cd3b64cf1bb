"""Whole decisions where something runs: what is kept obeys the rules too, and is not kept in vain."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from ampacity.core.distribution import Policy, decide, report
from ampacity.core.distribution.model import Task
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
