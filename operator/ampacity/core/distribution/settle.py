"""Many unknowns: from fractions to whole replicas, pool by pool.

Pools come in order of priority, the largest first. While one is decided, what the relaxation gives to those
after it is reserved, less one replica on each limit: so no pool takes much more or less of a tight site
than the relaxation meant for it, and what is lost by rounding does not pile up on those that come last. Pools
whose spread binds are small integer programs; the others are filled replica by replica. In the end whoever
is left short takes what room there still is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ampacity.core.distribution.block import Block, Floats, Ints
from ampacity.core.distribution.fill import Filling
from ampacity.core.distribution.joint import solve_jointly
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.relax import Relaxed
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.settled import Settled, assign
from ampacity.core.distribution.stock import Stock


def settle(blocks: Sequence[Block], room: Room, relaxed: Relaxed, policy: Policy) -> list[Settled]:
    """Whole replicas for all blocks, and their flows."""
    stock = Stock(room)
    uses = [_use(room, block, counts) for block, counts in zip(blocks, relaxed.counts, strict=True)]
    overdraft = np.zeros(len(room.left), np.int64)
    np.maximum.at(overdraft, room.limit, room.coef)
    later = np.sum(uses, axis=0) if uses else np.zeros(len(room.left))
    found: dict[int, Settled] = {}
    for index in in_order(blocks):
        later = later - uses[index]
        reserved = np.maximum(later.astype(np.int64) - overdraft, 0)
        found[index] = _one(blocks[index], index, relaxed, room, stock, reserved, policy)
    for index in in_order(blocks):
        found[index] = retake(found[index], room, stock, policy)
    return [found[index] for index in range(len(blocks))]


def in_order(blocks: Sequence[Block]) -> list[int]:
    """Highest priority first, then most demand, then by name."""
    return sorted(
        range(len(blocks)),
        key=lambda i: (
            -blocks[i].pool.priority,
            -blocks[i].value * blocks[i].work.sum(),
            blocks[i].pool.name,
        ),
    )


def retake(settled: Settled, room: Room, stock: Stock, policy: Policy) -> Settled:
    """The pool once more, if it is short, with all the room that is left."""
    if not settled.unserved.any():
        return settled
    block = settled.block
    if block.spreads:
        stock.put_all(block.option_berth, -settled.counts)
        again = _exact(block, room, stock, np.zeros_like(stock.left), policy)
        better = again if again.gpus >= settled.gpus else settled
        stock.put_all(block.option_berth, better.counts)
        return better
    filling = Filling(block, settled.counts, settled.flows, np.zeros(len(room.slots)), policy)
    filling.fill(stock, np.zeros_like(stock.left))
    if (filling.counts == settled.counts).all():
        return settled
    return assign(block, filling.counts, policy.band)


def _one(
    block: Block, index: int, relaxed: Relaxed, room: Room, stock: Stock, reserved: Ints, policy: Policy
) -> Settled:
    if block.spreads:
        settled = _exact(block, room, stock, reserved, policy)
        stock.put_all(block.option_berth, settled.counts)
        return settled
    whole = fitting(block, np.floor(relaxed.counts[index] + 1e-6).astype(np.int64), stock)
    filling = Filling(block, whole, relaxed.flows[index], relaxed.price, policy)
    filling.fill(stock, reserved)
    return assign(block, filling.counts, policy.band)


def fitting(block: Block, counts: Ints, stock: Stock) -> Ints:
    """As many of these replicas as the stock takes, put there."""
    found = np.zeros_like(counts)
    for option in np.flatnonzero(counts).tolist():
        berth = int(block.option_berth[option])
        found[option] = min(int(counts[option]), stock.most(berth))
        stock.put(berth, int(found[option]))
    return found


def _exact(block: Block, room: Room, stock: Stock, reserved: Ints, policy: Policy) -> Settled:
    """An integer program of this pool alone in what is not reserved."""
    own = replace(room, slots=stock.slots, left=stock.left - reserved)
    return solve_jointly([block], own, policy)[0]


def _use(room: Room, block: Block, counts: Floats) -> Floats:
    """What fractions of replicas take of each limit."""
    berths = np.bincount(block.option_berth, weights=counts, minlength=len(room.slots))
    taken = room.coef * berths[room.berth]
    used: Floats = np.bincount(room.limit, taken, len(room.left)).astype(np.float64)
    return used
