"""After rounding: replicas nearer to demand, where there is room left for them.

Rounding leaves some demand at far sites although a near one has room for a whole replica by now. Latency
comes before power, so such a replica is started: of all pools' those first that spare most latency. Whatever
then serves nothing any more stops and leaves its room to those that are short. Only pools of which nothing
runs yet move: to the others a move costs something, which the relaxation weighs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ampacity.core.distribution.block import Block, Ints
from ampacity.core.distribution.joint import in_berths
from ampacity.core.distribution.lean import lean
from ampacity.core.distribution.objective import flow_costs
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.settle import in_order, retake
from ampacity.core.distribution.settled import Settled, assign
from ampacity.core.distribution.solver import Floats
from ampacity.core.distribution.stock import Stock

_NOTHING = 1e-9


def nearer(settled: Sequence[Settled], room: Room, policy: Policy) -> list[Settled]:
    """The same decision with demand served from nearer where that is possible; never less of it."""
    found = [lean(one, policy) for one in settled]
    blocks = [one.block for one in found]
    stock = Stock(room.less(in_berths(blocks, [one.counts for one in found], room)))
    for _ in range(policy.polish):
        for index, more in enumerate(_started(found, stock)):
            if more.any():
                found[index] = _moved(found[index], more, stock, policy)
    for index in in_order(blocks):
        found[index] = retake(found[index], room, stock, policy)
    return found


def _moved(one: Settled, more: Ints, stock: Stock, policy: Policy) -> Settled:
    """With so many more replicas, and without those that nobody needs any more."""
    new = lean(assign(one.block, one.counts + more, policy.band), policy)
    stock.put_all(one.block.option_berth, new.counts - one.counts - more)
    return new


def _started(found: Sequence[Settled], stock: Stock) -> list[Ints]:
    """Of each pool, one replica more at each point where that spares latency and there is room: [options]."""
    none = np.zeros_like(stock.left)
    more = [np.zeros_like(one.counts) for one in found]
    done: set[tuple[int, int]] = set()
    for index, option in _candidates(found, stock):
        block = found[index].block
        point, berth = int(block.option_point[option]), int(block.option_berth[option])
        if (index, point) not in done and stock.takes(berth, none):
            stock.put(berth)
            more[index][option] = 1
            done.add((index, point))
    return more


def _candidates(found: Sequence[Settled], stock: Stock) -> list[tuple[int, int]]:
    """Pools and options that spare latency, those first that spare most."""
    open_ = stock.open(np.zeros_like(stock.left))
    pool, option, gain = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    for index, one in enumerate(found):
        if not _stays(one.block):
            gains = _gains(one) * open_[one.block.option_berth]
            good = np.flatnonzero(gains > _NOTHING)
            pool.append(np.full(len(good), index))
            option.append(good)
            gain.append(gains[good])
    order = np.argsort(-np.concatenate(gain), kind="stable")
    pools, options = np.concatenate(pool)[order], np.concatenate(option)[order]
    return list(zip(pools.tolist(), options.tolist(), strict=True))


def _stays(block: Block) -> bool:
    return block.spreads or bool(block.option_current.any())


def _gains(one: Settled) -> Floats:
    """The latency that one more replica would spare requests that come from farther away: [options]."""
    block = one.block
    cost = np.full((len(block.work), len(block.site)), np.inf)
    cost[block.flow_region, block.flow_point] = flow_costs(block)
    used = np.flatnonzero(one.flows > 0)
    region, point = block.flow_region[used], block.flow_point[used]
    spared = np.maximum(cost[region, point][:, None] - cost[region], 0.0)[:, block.option_point]
    order = np.argsort(-spared, axis=0, kind="stable")
    amount = one.flows[used][order]
    before = np.cumsum(amount, axis=0) - amount
    taken = np.clip(block.option_rate - before, 0.0, amount)
    gains: Floats = (taken * np.take_along_axis(spared, order, axis=0)).sum(axis=0)
    return gains
