"""What distribution makes of a world: decided as the operator does, for people to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from ampacity.core.distribution import decide
from ampacity.core.distribution.answer import SiteNumber
from ampacity.core.distribution.eligibility import Bar
from ampacity.core.distribution.outcome import PoolOutcome, outcomes
from ampacity.core.site import Problem
from ampacity.core.snapshot import Snapshot
from ampacity.translate.distribution import standing_of, targets_of, task_of
from ampacity.translate.distribution.exact import numbers_of, report_of
from ampacity.translate.records import World
from ampacity.translate.snapshot.build import build_snapshot

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Distributed:
    """`world` and `snapshot` with the targets in them. `numbers`: by (pool, site)."""

    world: World
    snapshot: Snapshot
    outcomes: tuple[PoolOutcome, ...]
    numbers: Mapping[tuple[str, str], SiteNumber]
    problems: Mapping[str, tuple[Problem, ...]]

    @property
    def short(self) -> bool:
        """Whether some demand is not served."""
        return any(one.short for one in self.outcomes)


def distributed(world: World, lost: Mapping[str, str] = _NOTHING) -> Distributed:
    """The world with what is decided for pools that ask for distribution; as it is if there are none.

    `lost`: sites that the operator has given up, and why.
    """
    snapshot = build_snapshot(world)
    if not any(pool.wish for pool in world.pools):
        return Distributed(world, snapshot, (), {}, {})
    question = task_of(world, snapshot, standing_of(world, snapshot), lost)
    decision = decide(question.task, judge=question.judge)
    targets = targets_of(question, decision)
    world = replace(world, targets=targets)
    return Distributed(
        world,
        build_snapshot(world),
        outcomes(decision, report_of(question, decision)),
        numbers_of(question, decision),
        {name: one.problems for name, one in targets.items() if one.problems},
    )


def given_up(pools: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Sites that the operator has given up, and why, as the statuses of pools that run there tell: it knows
    for how long they have been silent."""
    return {
        one["site"]: one["message"]
        for pool in pools
        for one in (pool.get("status") or {}).get("sites") or ()
        if one.get("reason") == Bar.CLOSED.value
    }
