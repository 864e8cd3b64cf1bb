"""Whole replicas for one pool, one after the other: where the next one is used fully and nearest.

`Filling` starts from whole parts of a relaxed solution and the flows that fit them. What is left over of a
region's demand asks for replicas. A replica that would be used fully goes first, of several the one nearest
to the demand; then spare work is handed out; then the rest is served by replicas that are partly idle. None
starts for less than starting it costs.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ampacity.core.distribution.block import Block
from ampacity.core.distribution.room import Ints, Mask
from ampacity.core.distribution.settled import capacity
from ampacity.core.distribution.solver import Floats
from ampacity.core.distribution.stock import Stock

_NOTHING = 1e-6
_FULL = 0.999
_PER_KW = 1e-3


class Filling:
    """A pool on its way: `counts` [options], what is `left` of each region's demand."""

    def __init__(self, block: Block, counts: Ints, flows: Floats, band: float) -> None:
        self.block, self.counts = block, counts.copy()
        order = np.lexsort((block.flow_weight, block.flow_point))
        point, wanted = block.flow_point[order], flows[order]
        able = capacity(block, counts, band)
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
            used = self._use() / block.option_rate
            good = open_ & (used > floor)
            if not good.any():
                return
            dislike = np.where(good, self._dislike(used, least), np.inf)
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

    def _dislike(self, used: Floats, least: float) -> Floats:
        """Of full replicas the nearest one is best; else the one that is used most."""
        block = self.block
        nearest = np.full(len(block.site), np.inf)
        wanted = self.left[block.flow_region] > 0
        np.minimum.at(nearest, block.flow_point[wanted], block.flow_weight[wanted])
        power = block.option_power / block.option_rate / 1e6 * _PER_KW
        dislike = nearest[block.option_point] + power
        return dislike if least else dislike - 1e6 * np.round(np.minimum(used, 1.0), 3)

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
