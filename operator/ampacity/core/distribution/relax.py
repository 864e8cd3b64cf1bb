"""Many unknowns: the whole problem over fractions, which shows where to look and how good anything can be.

One program with weights: a GPU of demand outweighs any latency, and a GPU of a higher priority outweighs one
of a lower. Weights are as far apart as floating point allows, so that with many priorities the order is less
strict here than in what follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ampacity.core.distribution.block import Block, Floats
from ampacity.core.distribution.objective import quality, served
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.program import Program, pose
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.solver import Session
from ampacity.core.distribution.survival import first_losses

_DOMINANT = 10.0
_RANGE = 1e3


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """Per block: replicas [options] and flows of work, fractions."""

    counts: tuple[Floats, ...]
    flows: tuple[Floats, ...]


def relax(blocks: Sequence[Block], room: Room, policy: Policy) -> Relaxed:
    """The optimum over fractions."""
    losses = [loss for block in blocks for loss in first_losses(block)]
    program = pose(blocks, room, policy.band, losses)
    cost = weighed(program, policy)
    answer = Session(program.model, relaxed=True).minimise(cost / max(np.abs(cost).max(), 1e-9) * 1e3)
    x = np.zeros(program.width) if answer is None else answer.x
    return Relaxed(
        tuple([x[span.starts] + x[span.kept] for span in program.spans]),
        tuple([x[span.flows] for span in program.spans]),
    )


def weighed(program: Program, policy: Policy) -> Floats:
    """One objective for all aims."""
    cost = quality(program, policy)
    levels = sorted({block.pool.priority for block in program.blocks})
    ratio = _RANGE ** (1 / max(1, len(levels) - 1))
    weight = _DOMINANT * _dearest(program)
    for priority in levels:
        cost = cost + weight * served(program, priority)
        weight *= ratio
    return cost


def _dearest(program: Program) -> float:
    """The most that serving a GPU's worth of demand may cost in latency."""
    costs = [
        float((block.requests[block.flow_region] * block.flow_weight).max(initial=0.0)) / block.value
        for block in program.blocks
    ]
    return max(1.0, *costs)
