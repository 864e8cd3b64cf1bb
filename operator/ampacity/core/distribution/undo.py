"""A decision that is worth its moves, without those of them that are not.

A decision that serves more may also bring replicas a little nearer, or have them trade places for nothing. So
every pool takes moves back, those that gained least first: replicas that would start at one site stay at
another where as many would stop, if there is room for them, the pool is served as much, and its latency
(starts counted) is not more than moves for latency alone would have to beat (`Policy.gain`). What is left
would not be given up for the decision as it was, so nothing goes back and forth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from ampacity.core.distribution.block import Floats
from ampacity.core.distribution.joint import in_berths
from ampacity.core.distribution.keep import cost
from ampacity.core.distribution.lean import lawful
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.settle import in_order
from ampacity.core.distribution.settled import Settled, assign
from ampacity.core.distribution.stock import Stock

_NOTHING = 1e-6


def undo(settled: Sequence[Settled], room: Room, policy: Policy) -> list[Settled]:
    """The same with fewer starts, serving as much of each pool."""
    found = list(settled)
    blocks = [one.block for one in found]
    stock = Stock(room.less(in_berths(blocks, [one.counts for one in found], room)))
    tries = max(1, policy.undo // max(1, len(found)))
    for index in in_order(blocks):
        found[index] = _undone(found[index], stock, policy, tries)
    return found


def _undone(one: Settled, stock: Stock, policy: Policy, tries: int) -> Settled:
    most, served = cost(one, policy) / (1 - policy.gain), one.gpus * (1 - _NOTHING)
    for start, stop in islice(_moves(one), tries):
        new = _back(one, start, stop, stock, policy)
        if (
            new is not one
            and new.gpus >= served
            and cost(new, policy) <= most
            and lawful(new, new.counts, policy)
        ):
            stock.put_all(one.block.option_berth, new.counts - one.counts)
            one = new
    return one


def _moves(one: Settled) -> Iterator[tuple[int, int]]:
    """Options where replicas start and where others stop, by how much farther the latter are for the regions
    that the former serve; last where not for all of them."""
    more = one.counts - one.block.option_current
    starts, stops = np.flatnonzero(more > 0), np.flatnonzero(more < 0)
    if len(starts) and len(stops):
        far = _farther(one)[one.block.option_point[starts]][:, one.block.option_point[stops]]
        for pair in np.argsort(far, axis=None, kind="stable").tolist():
            start, stop = divmod(pair, len(stops))
            yield int(starts[start]), int(stops[stop])


def _farther(one: Settled) -> Floats:
    """What it adds to the weighed ms of what a point serves to be served from another: [points, points]."""
    block = one.block
    shape = len(block.work), len(block.site)
    weight, amount = np.full(shape, np.inf), np.zeros(shape)
    weight[block.flow_region, block.flow_point] = block.flow_weight
    amount[block.flow_region, block.flow_point] = one.flows
    found = np.zeros((len(block.site), len(block.site)))
    for point in np.flatnonzero(amount.any(axis=0)).tolist():
        served = amount[:, point] > 0
        part = amount[served, point] / amount[served, point].sum()
        found[point] = part @ (weight[served] - weight[served, point][:, None])
    return found


def _back(one: Settled, start: int, stop: int, stock: Stock, policy: Policy) -> Settled:
    """As many replicas as can be left where they stop, and not started."""
    block = one.block
    more = one.counts - block.option_current
    count = min(int(more[start]), int(-more[stop]))
    berths = int(block.option_berth[start]), int(block.option_berth[stop])
    stock.put(berths[0], -count)
    count, freed = max(0, min(count, stock.most(berths[1]))), count
    stock.put(berths[0], freed)
    if not count:
        return one
    counts = one.counts.copy()
    counts[start] -= count
    counts[stop] += count
    return assign(block, counts, policy.band)
