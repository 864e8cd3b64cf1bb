"""Where pools are still short after rounding: room that is left at any site that may serve them.

Rounding leaves a replica's room here and there, mostly at sites that a region was not offered. So pools that
are short look once more, at every site that has room for one of their replicas, highest priority first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ampacity.core.distribution.block import Block, Ints
from ampacity.core.distribution.fleet import Fleet
from ampacity.core.distribution.joint import in_berths
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.settle import in_order, retake
from ampacity.core.distribution.settled import Settled, assign
from ampacity.core.distribution.stock import Stock


def take_spare(settled: Sequence[Settled], fleet: Fleet, room: Room, policy: Policy) -> list[Settled]:
    """The same decision with more replicas where some go short. Pools whose spread binds stay as they are."""
    found = list(settled)
    blocks = [one.block for one in found]
    stock = Stock(room.less(in_berths(blocks, [one.counts for one in found], room)))
    for index in in_order(blocks):
        one = found[index]
        if one.unserved.any() and one.block.omitted and not one.block.spreads:
            found[index] = retake_anywhere(one, fleet, room, stock, policy)
    return found


def retake_anywhere(one: Settled, fleet: Fleet, room: Room, stock: Stock, policy: Policy) -> Settled:
    """The pool once more, if it is short, with all the room that is left at any site that may serve it (where
    its spread binds, at those it was offered)."""
    wide = one if one.block.spreads else _widened(one, fleet, stock)
    again = retake(wide, room, stock, policy)
    return one if again is wide else again


def whole(settled: Sequence[Settled], fleet: Fleet, policy: Policy) -> list[Settled]:
    """The same, in blocks with all that a pool may use of what it has."""
    found = []
    for one in settled:
        if one.block.option_current.any():
            wide = _widened(one, fleet, None)
            one = assign(wide.block, wide.counts, policy.band)
        found.append(one)
    return found


def _widened(one: Settled, fleet: Fleet, stock: Stock | None) -> Settled:
    """The same, in a block with all sites where the pool stands, or one more replica fits."""
    old = one.block
    offered = np.zeros((len(old.work), len(fleet.sites)), np.bool_)
    if stock is not None:
        berths = fleet.berths(old.pool)
        fits = (berths >= 0) & stock.open(np.zeros_like(stock.left))[berths]
        offered |= np.asarray(fits, np.bool_).any(axis=0)
    offered[old.flow_region, old.site[old.flow_point]] = True
    new = fleet.block(old.pool, 0, offered)
    counts, flows = np.zeros(len(new.option_point), np.int64), np.zeros(len(new.flow_point))
    counts[np.isin(_options(new), _options(old))] = one.counts
    flows[np.isin(_flows(new, fleet), _flows(old, fleet))] = one.flows
    return Settled(new, counts, flows)


def _options(block: Block) -> Ints:
    """A number for each option; blocks have them in this order."""
    return block.site[block.option_point] * len(block.pool.variants) + block.option_variant


def _flows(block: Block, fleet: Fleet) -> Ints:
    """A number for each flow; blocks have them in this order."""
    return block.flow_region * len(fleet.sites) + block.site[block.flow_point]
