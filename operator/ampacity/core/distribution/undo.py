"""A decision that is worth its moves, without those of them that are not.

A decision that serves more may also bring replicas a little nearer, or have two pools trade places for
nothing. So moves are taken back, those that gained least first: replicas that would start at one site stay at
another where as many would stop, if there is room for them (or by a trade with a pool that comes and goes the
other way), if every pool is served as much, and if no pool's latency (starts counted) is more than moves for
latency alone would have to beat (`Policy.gain`). What is left would not be given up for the decision as it
was, so nothing goes back and forth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from ampacity.core.distribution.joint import in_berths
from ampacity.core.distribution.keep import cost
from ampacity.core.distribution.lean import lawful
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.settle import in_order
from ampacity.core.distribution.settled import Settled, assign
from ampacity.core.distribution.solver import Floats
from ampacity.core.distribution.stock import Stock

_NOTHING = 1e-6


class _Move(NamedTuple):
    """Of a pool: the option where replicas start, and the one where others stop."""

    pool: int
    start: int
    stop: int


def undo(settled: Sequence[Settled], room: Room, policy: Policy) -> list[Settled]:
    """The same with fewer starts, serving as much of each pool."""
    found = list(settled)
    _trade_back(found, policy)
    blocks = [one.block for one in found]
    stock = Stock(room.less(in_berths(blocks, [one.counts for one in found], room)))
    tries = -(-policy.undo // max(1, len(found)))
    for index in in_order(blocks):
        for move in islice(_moves(index, found[index]), tries):
            new = _back(found[index], move, _fitting(found[index], move, stock), policy)
            if _as_good(new, settled[index], policy):
                stock.put_all(new.block.option_berth, new.counts - found[index].counts)
                found[index] = new
    return found


def _trade_back(found: list[Settled], policy: Policy) -> None:
    """Undo moves of two pools between the same two berths that need no room together."""
    first, seen, tries = list(found), dict[tuple[int, int], list[_Move]](), policy.undo
    for index in in_order([one.block for one in found]):
        for move in _moves(index, found[index]):
            berths = _berths(found[index], move)
            for other in seen.get(berths[::-1], ()):
                count = min(_count(found[one.pool], one) for one in (move, other))
                if count and tries:
                    tries -= 1
                    new = {one.pool: _back(found[one.pool], one, count, policy) for one in (move, other)}
                    if all(_as_good(one, first[pool], policy) for pool, one in new.items()):
                        for pool, one in new.items():
                            found[pool] = one
            seen.setdefault(berths, []).append(move)


def _moves(pool: int, one: Settled) -> Iterator[_Move]:
    """By how much farther the place is where replicas stop for the regions that those that start serve; last
    those that would not serve all of them."""
    more = one.counts - one.block.option_current
    starts, stops = np.flatnonzero(more > 0), np.flatnonzero(more < 0)
    if len(starts) and len(stops):
        far = _farther(one)[one.block.option_point[starts]][:, one.block.option_point[stops]]
        for pair in np.argsort(far, axis=None, kind="stable").tolist():
            start, stop = divmod(pair, len(stops))
            yield _Move(pool, int(starts[start]), int(stops[stop]))


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


def _berths(one: Settled, move: _Move) -> tuple[int, int]:
    return int(one.block.option_berth[move.start]), int(one.block.option_berth[move.stop])


def _count(one: Settled, move: _Move) -> int:
    """How many replicas still move so."""
    more = one.counts - one.block.option_current
    return max(0, min(int(more[move.start]), int(-more[move.stop])))


def _fitting(one: Settled, move: _Move, stock: Stock) -> int:
    """How many of them have room where they were."""
    count, (start, stop) = _count(one, move), _berths(one, move)
    stock.put(start, -count)
    most = stock.most(stop)
    stock.put(start, count)
    return min(count, most)


def _back(one: Settled, move: _Move, count: int, policy: Policy) -> Settled:
    """So many replicas stay instead."""
    if not count:
        return one
    counts = one.counts.copy()
    counts[move.start] -= count
    counts[move.stop] += count
    return assign(one.block, counts, policy.band)


def _as_good(new: Settled, first: Settled, policy: Policy) -> bool:
    """Does it serve as much, from not much farther away, and does its spread hold?"""
    return (
        new.gpus >= first.gpus * (1 - _NOTHING)
        and cost(new, policy) * (1 - policy.gain) <= cost(first, policy)
        and lawful(new, new.counts, policy)
    )
