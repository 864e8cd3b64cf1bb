"""Where greedy left pods waiting: is there a better way to share rows and nodes out?

Greedy takes the best place for one pod after another. Where the feeds of a hall overlap unevenly (4N/3, a
catcher, racks of different hardware on one UPS), or a pod that could go anywhere sits where another had
to, that can leave pods waiting that other places would have carried. So everything granted in this plan
down to the level in question is posed again as a small integer program over classes of racks: how many
pods of each shape, in which class. Pods of higher levels all keep a place, no less preferred than before.
What the program promises is dealt out with the same checks as ever, and kept if it is more:

- one shape: any pod more counts. The program is exact, so equal pods get exactly the maximum;
- several shapes in the level: age order is what users expect, so it is kept unless it costs more of
  the level's GPUs than the policy allows.

Levels with shapes under rules between pods stay as greedy left them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import mul

import numpy as np

from ampacity.core.placement.demand import Demand
from ampacity.core.placement.floor import Placement
from ampacity.core.placement.greedy import Filled, Greedy, deal, totals
from ampacity.core.placement.packing import pose_together
from ampacity.core.placement.policy import Policy
from ampacity.core.placement.program import Program, candidates, limit, pose_alone
from ampacity.core.placement.realise import realise
from ampacity.core.placement.solver import Effort, Limit, bound, maximise
from ampacity.core.units import PPM

_FINEST = 0.002  # a smaller gap between several shapes costs seconds and wins no GPU that counts


@dataclass(frozen=True, slots=True)
class Level:
    """One priority as it stands. `mark`: the floor's history before anything of it was placed."""

    mark: int
    filled: Sequence[Filled]


@dataclass(frozen=True, slots=True)
class Task:
    """What is posed again: `wanted` pods of each shape, in order of their first.

    `above`: per shape, how much each pod that higher levels placed likes its place (`Demand.ranks`), sorted.
    `settled`: what those pods are worth; `enough`: what a better answer is worth at least with
    them (pods where there is one shape, else GPUs).
    """

    wanted: Mapping[Demand, int]
    above: Mapping[Demand, Sequence[int]]
    settled: int
    enough: int


def improve(greedy: Greedy, levels: Sequence[Level], policy: Policy) -> list[Level]:
    """The same levels, with more pods of the last one placed if that is possible."""
    first = _scope(greedy, levels)
    scope = levels[first:]
    if not _worth_a_try(greedy, scope):
        return list(levels)
    task, mark = _task(scope, policy), scope[0].mark
    before = greedy.floor.history[mark:]
    greedy.undo(mark)
    places = _replace(greedy, task, policy)
    if places is None:
        greedy.put_back(before)
        return list(levels)
    dealt = iter(deal([one.run for level in scope for one in level.filled], places))
    return [*levels[:first], *(Level(mark, [next(dealt) for _ in level.filled]) for level in scope)]


def _scope(greedy: Greedy, levels: Sequence[Level]) -> int:
    """The first of the last levels none of which has a shape under rules that grants can change."""
    first = len(levels)
    for level in reversed(levels):
        demands = {one.run.demand for one in level.filled}
        if any(checks.moving for demand in demands if (checks := greedy.rules.checks(demand)) is not None):
            break
        first -= 1
    return first


def _worth_a_try(greedy: Greedy, scope: Sequence[Level]) -> bool:
    """Where nothing found a place nothing can; equal pods stopped by their nodes have their maximum."""
    filled = [one for level in scope for one in level.filled]
    demands = {one.run.demand for one in filled}
    return any(one.places for one in filled) and (len(demands) > 1 or greedy.queue(demands.pop()).short)


def _task(scope: Sequence[Level], policy: Policy) -> Task:
    *higher, last = [level.filled for level in scope]
    above = totals_of_places(chain.from_iterable(higher))
    wanted = {demand: len(places) for demand, places in above.items()}
    waiting = totals([one.run for one in last])
    for demand, count in waiting.items():
        wanted[demand] = wanted.get(demand, 0) + count
    alone = len(wanted) == 1
    kept = _worth(above, alone)
    now = _worth(totals_of_places(last), alone)
    least = now + 1 if len(waiting) == 1 else now * PPM // (PPM - policy.age_costs) + 1
    ranks = {
        demand: sorted(demand.ranks(place.node for place in places))
        for demand, places in above.items()
    }
    return Task(wanted, ranks, kept, kept + least)


def totals_of_places(filled: Iterable[Filled]) -> dict[Demand, list[Placement]]:
    """Places by shape, one for each pod; shapes without any are left out."""
    places: dict[Demand, list[Placement]] = {}
    for one in filled:
        if one.places:
            places.setdefault(one.run.demand, []).extend(one.places)
    return places


def _worth(places: Mapping[Demand, Sequence[Placement]], alone: bool) -> int:
    """Pods of the one shape, or GPUs of several."""
    return sum(len(found) * (1 if alone else demand.units) for demand, found in places.items())


def _replace(greedy: Greedy, task: Task, policy: Policy) -> dict[Demand, list[Placement]] | None:
    """Places for everybody in the task, if they are enough; else the floor stays as it was."""
    mark, alone = len(greedy.floor.history), len(task.wanted) == 1
    best: dict[Demand, list[Placement]] | None = None
    kept: list[Placement] = []
    reached = task.enough - 1
    for program in _programs(greedy, task, policy):
        most = bound(program.gains, program.most, program.limits)
        if most <= reached or (best is not None and _close(task, reached, most, policy)):
            break
        answer = _solve(program, task, reached + 1, policy)
        if answer is not None:
            places = realise(greedy, program, answer, task.wanted)
            if _good(task, places) and _worth(places, alone) > reached:
                best, reached, kept = places, _worth(places, alone), greedy.floor.history[mark:]
            greedy.undo(mark)
    greedy.put_back(kept)
    return best


def _close(task: Task, reached: int, most: int, policy: Policy) -> bool:
    """Is what the level reached as near to its bound as age order would have had to be?"""
    return (reached - task.settled) * PPM >= (most - task.settled) * (PPM - policy.age_costs)


def _good(task: Task, places: Mapping[Demand, Sequence[Placement]]) -> bool:
    """Is every pod of a higher level as well off as before?"""
    for demand, ranks in task.above.items():
        liked = demand.ranks(place.node for place in places[demand])
        if len(liked) < len(ranks) or any(new > old for new, old in zip(liked, ranks, strict=False)):
            return False
    return True


def _programs(greedy: Greedy, task: Task, policy: Policy) -> Iterator[Program]:
    """The task as a program; where that is only a bound and the fleet is small, node by node next."""
    floor = greedy.floor
    everybody = [candidates(floor, demand, np.flatnonzero(greedy.allowed(demand))) for demand in task.wanted]
    if len(everybody) == 1:
        posed = iter([pose_alone(floor, everybody[0], *task.wanted.values())])
    else:
        size = sum(len(seats.nodes) for seats in everybody)
        grains = (False, True) if size <= policy.fine else (False,)
        posed = (pose_together(floor, everybody, task.wanted, fine) for fine in grains)
    for program in posed:
        yield Program(program.cells, (*program.limits, *_above(program, task)), program.alone)


def _above(program: Program, task: Task) -> Iterator[Limit]:
    """Higher levels keep as many places, and for each place one that is liked as well."""
    for demand, ranks in task.above.items():
        for worst in sorted(set(ranks)):
            liked = [
                cell.pods * (cell.seats.demand is demand and cell.seats.rank <= worst)
                for cell in program.cells
            ]
            yield limit(program.cells, [-pods for pods in liked], -sum(rank <= worst for rank in ranks))


def _solve(program: Program, task: Task, enough: int, policy: Policy) -> list[int] | None:
    """The most valuable answer, the best liked among equals; None if none is worth enough."""
    order = sorted({cell.seats.rank for cell in program.cells})
    dislikes = [order.index(cell.seats.rank) * cell.pods for cell in program.cells]
    weight = 1 + max(dislikes, default=0) * sum(program.most)
    weighed = [gain * weight - dislike for gain, dislike in zip(program.gains, dislikes, strict=True)]
    gap = max(_FINEST, policy.gap * (enough - task.settled) / enough)  # of the level, not of all above it
    effort = Effort(policy.search, 0.0) if program.alone else Effort(policy.search // 10, gap)
    answer = maximise(weighed, program.most, program.limits, effort)
    if answer is None or sum(map(mul, program.gains, answer)) < enough:
        return None
    return answer
