"""Where nobody goes short: the relaxation once more, over plans of whole replicas instead of fractions.

Each region of each pool picks one of its plans (`plans`), all together keep to the room, and latency is
least. That is a linear program too, and all but a few regions pick one plan entirely: there are no more
others than rows of room that bind. So next to nothing is left to round, and what a partly idle replica costs
at a sought site is weighed against all that could stand there instead. (Dantzig and Wolfe, "Decomposition
principle for linear programs", 1960, with the plans of each region as its columns.)

Pools whose spread binds, that count replicas, or of which something runs already stay as they are relaxed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ampacity.core.distribution.block import Block
from ampacity.core.distribution.caps import Caps, caps_of
from ampacity.core.distribution.lanes import Lanes, columns_of
from ampacity.core.distribution.matrix import Rows
from ampacity.core.distribution.plans import Plans, plans_of
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.relax import Relaxed, scale_of, short
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.solver import Answer, Floats, Model, Session

_DOMINANT = 10.0


def planned(blocks: Sequence[Block], room: Room, relaxed: Relaxed, policy: Policy) -> Relaxed:
    """The same demand served by plans, few of them picked in part; `relaxed` itself if there is no room for
    a plan of each region."""
    if any(map(short, blocks, relaxed.flows)):
        return relaxed
    found = [_plans(block, relaxed, policy) for block in blocks]
    plans = [one for one in found if one is not None]
    if not plans:
        return relaxed
    picked, price = _picked(plans, _beside(room, blocks, found, relaxed))
    new = _together(found, picked, price, relaxed)
    return relaxed if any(map(short, blocks, new.flows)) else new


def _plans(block: Block, relaxed: Relaxed, policy: Policy) -> Plans | None:
    """Of a pool that takes part."""
    if block.spreads or block.pool.replicas is not None or block.option_current.any():
        return None
    lanes = columns_of(block, 0, ())
    return plans_of(lanes, relaxed.price, policy) if isinstance(lanes, Lanes) else None


def _beside(room: Room, blocks: Sequence[Block], found: Sequence[Plans | None], relaxed: Relaxed) -> Caps:
    """The room beside pools that take no part."""
    caps, berths = caps_of(room), np.zeros(len(room.slots))
    for block, plans, counts in zip(blocks, found, relaxed.counts, strict=True):
        if plans is None:
            np.add.at(berths, block.option_berth, counts)
    which, row, coef = caps.entries(np.arange(len(berths)))
    used = np.bincount(row, coef * berths[which], len(caps.most))
    return replace(caps, most=np.maximum(caps.most - used, 0.0))


def _together(
    found: Sequence[Plans | None], picked: Sequence[Floats], price: Floats, relaxed: Relaxed
) -> Relaxed:
    """What is picked, and what the other pools have."""
    parts = iter(picked)
    pairs = [
        (counts, flows) if plans is None else _read(plans, next(parts))
        for plans, counts, flows in zip(found, relaxed.counts, relaxed.flows, strict=True)
    ]
    return Relaxed(tuple([counts for counts, _ in pairs]), tuple([flows for _, flows in pairs]), price)


def _picked(plans: Sequence[Plans], caps: Caps) -> tuple[list[Floats], Floats]:
    """Of each pool, what part of each plan is picked; and the price of room [berths]."""
    rows, bounds = Rows(), np.cumsum([0, *(len(one.region) for one in plans)])
    shared = rows.open(caps.most)
    for one, first in zip(plans, bounds[:-1].tolist(), strict=True):
        _put(rows, caps, shared, first, one)
    cost = np.concatenate([_cost(one) for one in plans])
    model = Model(np.ones(len(cost)), *rows.joined(), np.zeros(len(cost), np.bool_))
    scale = scale_of(cost)
    answer = Session(model, relaxed=True).minimise(cost * scale)
    if answer is None:
        answer = Answer(np.zeros(len(cost)), 0.0, np.zeros(rows.count))
    price = -answer.price[shared : shared + len(caps.most)] / scale
    return np.split(answer.x, bounds[1:-1]), caps.worth(price)


def _cost(plans: Plans) -> Floats:
    """What each plan costs, if to pick none is dearer than any."""
    dearest = np.zeros(len(plans.block.work))
    np.maximum.at(dearest, plans.region, plans.cost)
    cost: Floats = plans.cost - _DOMINANT * dearest[plans.region]
    return cost


def _put(rows: Rows, caps: Caps, shared: int, first: int, plans: Plans) -> None:
    """A pool's plans, in columns from `first` on: one of each region, in the room that all share."""
    width = len(plans.region)
    regions = rows.open(np.ones(len(plans.block.work)))
    rows.put(regions + plans.region, first + np.arange(width), 1.0)
    which, row, coef = caps.entries(plans.block.option_berth[plans.option.ravel()])
    entry, place = np.unique(row * width + which // 2, return_inverse=True)
    amount = coef * plans.replicas.ravel()[which]
    taken: Floats = np.bincount(place, amount, len(entry)).astype(np.float64)
    rows.put(shared + entry // max(width, 1), first + entry % max(width, 1), taken)


def _read(plans: Plans, part: Floats) -> tuple[Floats, Floats]:
    """Replicas [options] and flows [flows]."""
    block, each = plans.block, part[:, None]
    counts = np.bincount(plans.option.ravel(), (each * plans.replicas).ravel(), len(block.option_point))
    flows = np.bincount(plans.flow.ravel(), (each * plans.work).ravel(), len(block.flow_point))
    return counts.astype(np.float64), flows.astype(np.float64)
