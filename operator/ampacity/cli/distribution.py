"""What distribution makes of a world: decided as the operator does, for people to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ampacity.core.distribution import decide
from ampacity.core.distribution.answer import SiteNumber
from ampacity.core.distribution.outcome import PoolOutcome, outcomes
from ampacity.core.site import Problem
from ampacity.core.snapshot import Snapshot
from ampacity.translate.distribution import standing_of, targets_of, task_of
from ampacity.translate.distribution.exact import numbers_of, report_of
from ampacity.translate.records import World
from ampacity.translate.snapshot.build import build_snapshot


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


def distributed(world: World) -> Distributed:
    """The world with what is decided for pools that ask for distribution; as it is if there are none."""
    snapshot = build_snapshot(world)
    if not any(pool.wish for pool in world.pools):
        return Distributed(world, snapshot, (), {}, {})
    question = task_of(world, snapshot, standing_of(world, snapshot), {})
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
