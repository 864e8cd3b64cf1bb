"""From a task to a decision: the order of the steps, and nothing of how each is done.

    check    pools that cannot be meant keep what they have
    blocks   each pool as arrays, in the order of names
    solve    jointly and exactly if it is small; else relaxed, then settled pool by pool
    judge    what the placer cannot place becomes a cut, and solve again
    lean     stop what nobody needs
    keep     unless the new decision is worth its moves, keep what runs
    undo     and of the moves, only those that are worth it

Nothing here looks at the order in which sites, pools or regions came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from ampacity.core.distribution.answer import Score
from ampacity.core.distribution.block import Block, Ints
from ampacity.core.distribution.check import check
from ampacity.core.distribution.cuts import cut
from ampacity.core.distribution.fleet import Fleet, read_fleet
from ampacity.core.distribution.joint import in_berths, solve_jointly
from ampacity.core.distribution.keep import better, keep, promising
from ampacity.core.distribution.lean import lean
from ampacity.core.distribution.model import Choice, Pool, Task
from ampacity.core.distribution.nearer import nearer
from ampacity.core.distribution.outline import outline
from ampacity.core.distribution.placer import Judge
from ampacity.core.distribution.planned import planned
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.relax import Relaxed, relax, short, worths
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.score import relaxed_score, score
from ampacity.core.distribution.settle import settle
from ampacity.core.distribution.settled import Settled, assign
from ampacity.core.distribution.spare import take_spare, whole
from ampacity.core.distribution.undo import undo
from ampacity.core.site import Problem

_ALL = 2**31


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """A task decided, with all that another decision can start from.

    `room`: with cuts that the placer asked for, less the pools that are not decided. `settled`: one per
    block. `kept`: replicas of pools with problems.
    """

    task: Task
    policy: Policy
    fleet: Fleet
    room: Room
    settled: tuple[Settled, ...]
    kept: Mapping[Choice, int]
    problems: Mapping[str, tuple[Problem, ...]]
    bound: Score

    @property
    def counts(self) -> Ints:
        """Replicas per berth, without those that are merely kept."""
        return in_berths([one.block for one in self.settled], [one.counts for one in self.settled], self.room)

    def choices(self, one: Settled) -> list[tuple[int, Choice, int]]:
        """Of a pool: option, what it is, how many replicas; those without any left out."""
        block, variants = one.block, one.block.pool.variants
        return [
            (
                option,
                Choice(
                    block.pool.name,
                    self.fleet.sites[block.site[block.option_point[option]]].name,
                    variants[block.option_variant[option]].name,
                ),
                int(one.counts[option]),
            )
            for option in np.flatnonzero(one.counts).tolist()
        ]


_DEFAULT = Policy()


def decide(task: Task, policy: Policy = _DEFAULT, judge: Judge | None = None) -> Decision:
    """Decide. Pure; equal tasks give equal decisions whatever their order. Without a judge nobody is asked
    whether the replicas can be placed: slots and limits alone count."""
    fleet = read_fleet(task, policy)
    pools = sorted(task.pools, key=attrgetter("name"))
    found = {pool.name: check(pool, fleet.sites, fleet.ms(pool)) for pool in pools}
    problems = {name: one for name, one in found.items() if one}
    kept = {choice: count for choice, count in task.current.items() if choice.pool in problems and count}
    room = fleet.room.less(_held(fleet, pools, kept))
    good = [pool for pool in pools if pool.name not in problems]
    decision = Decision(task, policy, fleet, room, (), kept, problems, Score())
    return _judged(decision, good, judge) if good else decision


def _judged(decision: Decision, pools: Sequence[Pool], judge: Judge | None) -> Decision:
    """Solved, and cut until the judge places everything; or the best that it placed on the way."""
    best: Decision | None = None
    for _ in range(decision.policy.rounds):
        decision = _solved(decision, pools)
        placed = judged(decision, judge)
        if placed is None:
            return decision if best is None else _better(decision, taken(best, judge))
        part = _reduced(decision, placed)
        best = part if best is None else _better(best, part)
        room = cut(decision.room, decision.counts, part.counts)
        decision = replace(decision, room=room)
    return taken(best or decision, judge)


def taken(decision: Decision, judge: Judge | None) -> Decision:
    """The decision less what the judge does not place, until it places all: fewer each time, so it ends."""
    while (placed := judged(decision, judge)) is not None:
        decision = _reduced(decision, placed)
    return decision


def _reduced(decision: Decision, placed: Sequence[Ints]) -> Decision:
    settled = [
        one if (counts == one.counts).all() else assign(one.block, counts, decision.policy.band)
        for one, counts in zip(decision.settled, placed, strict=True)
    ]
    return replace(decision, settled=tuple(settled))


def _better(first: Decision, second: Decision) -> Decision:
    """The one that serves more, priority by priority; of equals the first."""
    ours, theirs = (score(one.settled).served for one in (first, second))
    for (_, mine), (_, other) in zip(ours, theirs, strict=True):
        if abs(mine - other) > 1e-6 * max(1.0, mine):
            return first if mine > other else second
    return first


def judged(decision: Decision, judge: Judge | None) -> list[Ints] | None:
    """Replicas that the judge places, per block and option; None if it is all of them."""
    if judge is None:
        return None
    choices = [decision.choices(one) for one in decision.settled]
    answer = judge({choice: count for one in choices for _, choice, count in one} | dict(decision.kept))
    placed = [one.counts.copy() for one in decision.settled]
    for counts, one in zip(placed, choices, strict=True):
        for option, choice, _ in one:
            counts[option] = min(counts[option], answer[choice])
    same = all((new == one.counts).all() for new, one in zip(placed, decision.settled, strict=True))
    return None if same else placed


def _solved(decision: Decision, pools: Sequence[Pool]) -> Decision:
    fleet, room, policy = decision.fleet, decision.room, decision.policy
    blocks = [fleet.block(pool, policy.near) for pool in pools]
    if sum(len(block.option_point) for block in blocks) <= policy.exact:
        blocks = [
            fleet.block(pool, _ALL) if block.omitted else block
            for pool, block in zip(pools, blocks, strict=True)
        ]
    runs = any(block.option_current.any() for block in blocks)
    kept = take_spare(keep(blocks, room, policy), fleet, room, policy) if runs else []
    if sum(len(block.option_point) for block in blocks) <= policy.exact:
        settled = solve_jointly(blocks, room, policy)
        bound = score(settled)
    else:
        settled, bound = _in_two_steps(fleet, blocks, kept, room, policy)
    settled = [lean(one, policy) for one in settled]
    if runs:
        settled = undo(settled, room, policy) if better(settled, kept, policy) else kept
    return replace(decision, settled=tuple(settled), bound=bound)


def _in_two_steps(
    fleet: Fleet, blocks: Sequence[Block], kept: list[Settled], room: Room, policy: Policy
) -> tuple[list[Settled], Score]:
    """Relaxed, and settled where that may be better than what is `kept`."""
    scarce = any(one.unserved.any() for one in kept)
    blocks, relaxed, most = _relaxed(fleet, blocks, room, policy, scarce)
    bound = relaxed_score(blocks, most)
    if kept and not promising(blocks, most.flows, kept, policy):
        return kept, bound
    settled = nearer(settle(blocks, room, relaxed, policy), room, policy)
    return whole(take_spare(settled, fleet, room, policy), fleet, policy), bound


def _relaxed(
    fleet: Fleet, blocks: Sequence[Block], room: Room, policy: Policy, scarce: bool
) -> tuple[Sequence[Block], Relaxed, Relaxed]:
    """The blocks with what they are offered, what to settle along, and the bound. Where pools are short, all
    are offered what serves most together (`scarce`: it is known that some are); where not, regions pick plans
    of whole replicas in between."""
    omitted = any(block.omitted for block in blocks)
    if not (omitted and scarce):
        blocks = [
            fleet.block(block.pool, policy.near, thin=True) if block.option_current.any() else block
            for block in blocks
        ]
        bound = relax(blocks, room, policy)
        if not (omitted and any(map(short, blocks, bound.flows))):
            return blocks, planned(blocks, room, bound, policy), bound
    offers = outline(fleet, blocks, room, worths(blocks))
    blocks = [
        fleet.block(block.pool, policy.near_if_short, also, thin=True) if block.omitted else block
        for block, also in zip(blocks, offers, strict=True)
    ]
    bound = relax(blocks, room, policy)
    return blocks, bound, bound


def _held(fleet: Fleet, pools: Sequence[Pool], kept: Mapping[Choice, int]) -> Ints:
    """Berths of replicas that are kept."""
    held = np.zeros(len(fleet.room.slots), np.int64)
    footprints = {(pool.name, one.name): one.footprint for pool in pools for one in pool.variants}
    for choice, count in kept.items():
        berth = fleet.room.number.get((choice.site, footprints.get((choice.pool, choice.variant), "")))
        if berth is not None:
            held[berth] += count
    return held
