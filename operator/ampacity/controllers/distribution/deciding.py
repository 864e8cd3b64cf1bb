"""One decision: on what, from what was decided before, and what of it is followed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ampacity.core.distribution import Decision, decide, follow
from ampacity.core.distribution.model import Choice, Task
from ampacity.core.distribution.targets import Targets
from ampacity.core.snapshot import Snapshot
from ampacity.translate.distribution import Capacities, Question, Standing, targets_of, task_of
from ampacity.translate.records import World
from ampacity.translate.snapshot.usage import PodIndex


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided last. `closed`: sites that it took nothing of, and why."""

    targets: Mapping[str, Targets] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)
    decision: Decision | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What is to be decided: values that nobody changes any more. `whole`: not only what has changed."""

    world: World
    snapshot: Snapshot
    standing: Standing
    index: PodIndex
    closed: Mapping[str, str]
    before: Decided
    whole: bool
    capacities: Capacities


def looked_at(world: World, index: PodIndex) -> PodIndex:
    """The pods that deciding looks at, in an index of its own."""
    pods = [pod for pool in world.pools if pool.wish is not None for pod in index.in_pool(pool.key)]
    return PodIndex.of([*pods, *index.repelling()])


def decide_case(case: Case) -> Decided:
    question = task_of(
        case.world, case.snapshot, case.standing, case.closed, index=case.index, capacities=case.capacities
    )
    question = replace(question, task=_from_before(question.task, case))
    before = case.before.decision
    if before is None or case.whole:
        decision = decide(question.task, judge=question.judge)
    else:
        decision = follow(before, question.task, question.judge)
    return Decided(_kept(targets_of(question, decision), question, case.before), case.closed, decision)


def _from_before(task: Task, case: Case) -> Task:
    """The task with what was decided before in place of what runs, or a replica that is about to start would
    be no reason to start it. Of sites that were lost, and of new pools, what runs counts."""
    before = case.before
    known = {
        Choice(pool, site, variant): count
        for pool, targets in before.targets.items()
        for (site, variant), count in targets.replicas.items()
        if site not in case.closed
    }
    fresh = {
        choice: count
        for choice, count in task.current.items()
        if choice.pool not in before.targets or choice.site in before.closed
    }
    return replace(task, current=known | fresh)


def _kept(targets: Mapping[str, Targets], question: Question, before: Decided) -> dict[str, Targets]:
    """The targets; of pools that cannot be decided those of before, or what they have."""
    return {
        pool: _last_good(pool, own, question, before) if own.kept else own for pool, own in targets.items()
    }


def _last_good(pool: str, own: Targets, question: Question, before: Decided) -> Targets:
    if pool in before.targets:
        return replace(before.targets[pool], problems=own.problems)
    there = {
        (choice.site, choice.variant): len(nodes)
        for choice, nodes in question.serving.items()
        if choice.pool == pool
    }
    return replace(own, replicas=there, work=float(sum(there.values())))
