"""Whole replicas for one pool, one after the other: where the next one serves at the least cost.

`Filling` starts from whole parts of a relaxed solution and the flows that fit them. What is left over of a
region's demand asks for replicas. Replicas that would be used fully go first; then spare work is handed out;
then the rest is served by replicas that are partly idle. Of several the one goes first whose work costs least
a unit: in latency, and in what its room is worth to others. So one that would be mostly idle leaves sought
room alone, and goes a little farther. None starts for less than starting it costs.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ampacity.core.distribution.block import Block
from ampacity.core.distribution.objective import flow_costs, start_costs
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.room import Ints, Mask
from ampacity.core.distribution.settled import capacity
from ampacity.core.distribution.solver import Floats
from ampacity.core.distribution.stock import Stock

_NOTHING = 1e-6
_FULL = 0.999


class Filling:
    """A pool on its way: `counts` [options], what is `left` of each region's demand. `price` [berths]: what
    room is worth, see `relax.Relaxed`."""

    def __init__(self, block: Block, counts: Ints, flows: Floats, price: Floats, policy: Policy) -> None:
        self.block, self.counts = block, counts.copy()
        self._cost = flow_costs(block)
        self._fixed = start_costs(block, policy) + price[block.option_berth]
        order = np.lexsort((block.flow_weight, block.flow_point))
        point, wanted = block.flow_point[order], flows[order]
        able = capacity(block, counts, policy.band)
        before = np.cumsum(wanted) - wanted
        start = np.searchsorted(point, point)
        fits = np.clip(able[point] - (before - before[start]), 0.0, wanted)
        served = np.bincount(block.flow_region[order], weights=fits, minlength=len(block.work))
        used = np.bincount(point, weights=fits, minlength=len(block.site))
        self.left = np.maximum(block.work - served, 0.0)
        self.left[self.left < _NOTHING * np.maximum(block.work, 1)] = 0.0
        self._spare = np.maximum(able - used, 0.0)
        self._by_weight = np.argsort(block.flow_weight, kind="stable")

    def fill(self, stock: Stock, reserved: Ints) -> None:
        """Start replicas in the stock, beside what is reserved, until demand or room is used up."""
        open_ = stock.open(reserved)[self.block.option_berth]
        self._start(stock, reserved, open_, _FULL)
        self._pour(self._by_weight)
        self._start(stock, reserved, open_, 0.0)

    def _start(self, stock: Stock, reserved: Ints, open_: Mask, least: float) -> None:
        block = self.block
        floor = np.maximum(max(least, _NOTHING), block.option_start)
        while self.left.any():
            used = self._use()
            good = open_ & (used > floor * block.option_rate)
            if not good.any():
                return
            dislike = np.where(good, self._dislike(used), np.inf)
            option = int(np.argmin(dislike))
            while not stock.takes(int(block.option_berth[option]), reserved):
                open_[option], dislike[option] = False, np.inf
                option = int(np.argmin(dislike))
                if dislike[option] == np.inf:
                    return
            stock.put(int(block.option_berth[option]))
            self._add(option)

    def _use(self) -> Floats:
        """Work that one more replica of each option would do: [options]."""
        block = self.block
        reach = np.bincount(block.flow_point, weights=self.left[block.flow_region], minlength=len(block.site))
        return np.minimum(reach[block.option_point], block.option_rate)

    def _dislike(self, used: Floats) -> Floats:
        """What a unit of the work that is `used` costs at each option."""
        block = self.block
        nearest = np.full(len(block.site), np.inf)
        wanted = self.left[block.flow_region] > 0
        np.minimum.at(nearest, block.flow_point[wanted], self._cost[wanted])
        dislike: Floats = nearest[block.option_point] + self._fixed / np.maximum(used, _NOTHING)
        return dislike

    def _add(self, option: int) -> None:
        point = int(self.block.option_point[option])
        self.counts[option] += 1
        self._spare[point] += self.block.option_rate[option]
        here = self._by_weight[self.block.flow_point[self._by_weight] == point]
        self._pour(here)

    def _pour(self, flows: Iterable[int]) -> None:
        """Hand spare work to demand that is left, in this order."""
        block, left, spare = self.block, self.left, self._spare
        for flow in flows:
            region, point = block.flow_region[flow], block.flow_point[flow]
            amount = min(left[region], spare[point])
            if amount > 0:
                left[region] -= amount
                spare[point] -= amount
                if left[region] < _NOTHING * max(block.work[region], 1.0):
                    left[region] = 0.0
