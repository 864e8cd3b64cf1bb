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
from ampacity.core.distribution.solver import Answer, Model, Session
from ampacity.core.distribution.survival import first_losses

_DOMINANT = 10.0
_RANGE = 1e3


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """Per block: replicas [options] and flows of work, fractions. `price` [berths]: what the room of a
    replica is worth to others, in weighed ms (and in demand served, where anybody goes short)."""

    counts: tuple[Floats, ...]
    flows: tuple[Floats, ...]
    price: Floats


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
    scale = scale_of(cost)
    answer = Session(model, relaxed=True).minimise(cost * scale)
    if answer is None:
        answer = Answer(np.zeros(len(upper)), 0.0, np.zeros(rows.count))
    price = -answer.price[shared : shared + len(caps.most)] / scale
    counts, flows = zip(*(one.read(answer.x) for one in columns), strict=True)
    return Relaxed(counts, flows, caps.worth(price))


def scale_of(cost: Floats) -> float:
    """What costs are multiplied by so that HiGHS' tolerances suit them."""
    return 1e3 / max(float(np.abs(cost).max(initial=0.0)), 1e-9)


def short(block: Block, flows: Floats) -> bool:
    """Is less served than is asked?"""
    served = np.bincount(block.flow_region, weights=flows, minlength=len(block.work))
    return bool((block.work - served > 1e-6 * np.maximum(block.work, 1.0)).any())


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
