"""Few unknowns: all pools in one integer program, aim after aim, exactly.

First the pools of the highest priority are served as much as possible, then, without taking anything from
them (neither what they are served nor, where they run already, how many replicas they have), those of the
next, and so on; then latency and the rest among all ways to serve so much.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ampacity.core.distribution.block import Block, Floats, Ints
from ampacity.core.distribution.objective import friction, quality, served, strength
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.program import Program, Span, pose
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.settled import Settled, assign, capacity
from ampacity.core.distribution.solver import Answer, Session
from ampacity.core.distribution.survival import Loss, first_losses, violated

_SLACK = 1e-7


def solve_jointly(blocks: Sequence[Block], room: Room, policy: Policy) -> list[Settled]:
    """The best whole replicas of all blocks, and their flows."""
    losses = [loss for block in blocks for loss in first_losses(block)]
    while True:
        program = pose(blocks, room, policy.band, losses)
        answer = _staged(program, policy)
        counts = [_counts(program.spans[i], answer.x) for i in range(len(blocks))]
        worse = _violated(program, answer, counts, policy)
        if not worse:
            break
        losses += worse
    found = [
        assign(block, count, policy.band)
        for block, count in zip(blocks, trimmed(blocks, counts, room), strict=True)
    ]
    return found


def trimmed(blocks: Sequence[Block], counts: Sequence[Ints], room: Room) -> list[Ints]:
    """The counts, less what HiGHS' tolerance let in beyond a limit: exact from here on."""
    counts = [count.copy() for count in counts]
    while not room.fits(total := in_berths(blocks, counts, room)):
        index, option = _last(blocks, counts, np.flatnonzero(room.tight(total)))
        counts[index][option] -= 1
    return counts


def in_berths(blocks: Sequence[Block], counts: Sequence[Ints], room: Room) -> Ints:
    """Replicas per berth."""
    total = np.zeros(len(room.slots), np.int64)
    for block, count in zip(blocks, counts, strict=True):
        np.add.at(total, block.option_berth, count)
    return total


def _last(blocks: Sequence[Block], counts: Sequence[Ints], berths: Ints) -> tuple[int, int]:
    """A replica in one of these berths, of the pool that matters least."""
    for index in sorted(range(len(blocks)), key=lambda i: blocks[i].pool.priority):
        inside = np.flatnonzero(np.isin(blocks[index].option_berth, berths) & (counts[index] > 0))
        if len(inside):
            return index, int(inside[-1])
    raise ValueError("nothing stands in berths that are over their limit")


def _staged(program: Program, policy: Policy) -> Answer:
    nothing = Answer(np.zeros(program.width), 0.0, np.empty(0))
    if not program.width:
        return nothing
    session = Session(program.model, relaxed=False, nodes=policy.nodes)
    for priority in sorted({block.pool.priority for block in program.blocks}, reverse=True):
        best = session.minimise(served(program, priority) + friction(program))
        if best is None:
            return nothing
        for cost in (served(program, priority), strength(program, priority)):
            reached = float(cost @ best.x)
            session.require(cost, reached + _SLACK * max(1.0, abs(reached)))
    return session.minimise(quality(program, policy)) or nothing


def _counts(span: Span, x: Floats) -> Ints:
    return np.round(x[span.starts] + x[span.kept]).astype(np.int64)


def _violated(program: Program, answer: Answer, counts: Sequence[Ints], policy: Policy) -> list[Loss]:
    found = [
        violated(block, answer.x[span.flows], capacity(block, count, policy.band))
        for block, span, count in zip(program.blocks, program.spans, counts, strict=True)
    ]
    return [loss for loss in found if loss is not None]
