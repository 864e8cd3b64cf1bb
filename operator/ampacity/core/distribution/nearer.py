"""After rounding: replicas nearer to demand, where there is room left for them.

Rounding leaves some demand at far sites although a near one has room for a whole replica by now. Latency
comes before power, so such a replica is started; whatever then serves nothing any more stops and leaves its
room to the pools that follow, and in the end to those that are short. Only pools of which nothing runs yet
move: to the others a move costs something, which the relaxation weighs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ampacity.core.distribution.block import Block, Ints
from ampacity.core.distribution.joint import in_berths
from ampacity.core.distribution.lean import lean
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.settle import in_order, retake
from ampacity.core.distribution.settled import Settled, assign
from ampacity.core.distribution.solver import Floats
from ampacity.core.distribution.stock import Stock


def nearer(settled: Sequence[Settled], room: Room, policy: Policy) -> list[Settled]:
    """The same decision with demand served from nearer where that is possible; never less of it."""
    found = [lean(one, policy) for one in settled]
    blocks = [one.block for one in found]
    stock = Stock(room.less(in_berths(blocks, [one.counts for one in found], room)))
    for _ in range(policy.polish):
        for index in in_order(blocks):
            if not (blocks[index].spreads or blocks[index].option_current.any()):
                found[index] = _moved(found[index], stock, policy)
    for index in in_order(blocks):
        found[index] = retake(found[index], room, stock, policy)
    return found


def _moved(one: Settled, stock: Stock, policy: Policy) -> Settled:
    block = one.block
    more = _started(block, _gains(one), stock)
    if not more.any():
        return one
    new = lean(assign(block, one.counts + more, policy.band), policy)
    stock.put_all(block.option_berth, new.counts - one.counts - more)
    return new


def _gains(one: Settled) -> Floats:
    """Per point, the latency that its region's requests from farther away would be spared: [points]."""
    block = one.block
    shape = len(block.work), len(block.site)
    far, amount = np.full(shape, np.inf), np.zeros(shape)
    far[block.flow_region, block.flow_point] = block.flow_weight
    amount[block.flow_region, block.flow_point] = one.flows
    gains = np.zeros(len(block.site))
    for region in np.flatnonzero(amount.any(axis=1)).tolist():
        used = amount[region] > 0
        spared = np.maximum(far[region, used][:, None] - far[region][None, :], 0.0)
        gains += block.requests[region] * (amount[region, used] @ spared)
    return gains


def _started(block: Block, gains: Floats, stock: Stock) -> Ints:
    """One replica more at each point that would spare latency and has room: [options]."""
    more, none = np.zeros(len(block.option_point), np.int64), np.zeros_like(stock.left)
    done: set[int] = set()
    for option in np.argsort(-gains[block.option_point], kind="stable").tolist():
        point, berth = int(block.option_point[option]), int(block.option_berth[option])
        if gains[point] > 0 and point not in done and stock.takes(berth, none):
            stock.put(berth)
            more[option] = 1
            done.add(point)
    return more
