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
from ampacity.core.distribution.caps import caps_of
from ampacity.core.distribution.lanes import Lanes, Spread, columns_of
from ampacity.core.distribution.matrix import Rows
from ampacity.core.distribution.objective import flow_costs
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.solver import Model, Session
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
    columns: list[Lanes | Spread] = []
    for block in blocks:
        first = columns[-1].stop if columns else 0
        columns.append(columns_of(block, first, list(first_losses(block))))
    caps, rows = caps_of(room), Rows()
    shared = rows.open(caps.most)
    for one in columns:
        one.put(rows, caps, shared, policy.band)
    upper = np.concatenate([one.upper() for one in columns])
    worth = worths(blocks)
    cost = np.concatenate([one.cost(worth[one.block.pool.priority], policy) for one in columns])
    model = Model(upper, *rows.joined(), np.zeros(len(upper), np.bool_))
    answer = Session(model, relaxed=True).minimise(cost / max(np.abs(cost).max(initial=0.0), 1e-9) * 1e3)
    x = np.zeros(len(upper)) if answer is None else answer.x
    counts, flows = zip(*(one.read(x) for one in columns), strict=True)
    return Relaxed(counts, flows)


def worths(blocks: Sequence[Block]) -> dict[int, float]:
    """By priority, what a GPU served is worth in latency."""
    levels = sorted({block.pool.priority for block in blocks})
    ratio = _RANGE ** (1 / max(1, len(levels) - 1))
    least = _DOMINANT * _dearest(blocks)
    return {priority: least * ratio**step for step, priority in enumerate(levels)}


def _dearest(blocks: Sequence[Block]) -> float:
    """The most that serving a GPU's worth of demand may cost in latency."""
    costs = [float(flow_costs(block).max(initial=0.0)) / block.value for block in blocks]
    return max(1.0, *costs)
