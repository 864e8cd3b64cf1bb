"""After a change: room for pools that it left notably short.

First whatever is left at any site that may serve them. If that is not enough, room where pools of lower
priority stand: of these the lowest give way first, keep what still fits, and look for what they lost
elsewhere, by the same rules. Pools of equal priority are not moved for each other: nobody gains
by that at once, and the next whole decision finds what it is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ampacity.core.distribution.block import Mask
from ampacity.core.distribution.fleet import Fleet
from ampacity.core.distribution.joint import in_berths
from ampacity.core.distribution.keep import keep
from ampacity.core.distribution.lean import lean
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.room import Ints, Room
from ampacity.core.distribution.settle import in_order
from ampacity.core.distribution.settled import Settled
from ampacity.core.distribution.spare import retake_anywhere
from ampacity.core.distribution.stock import Stock

Short = Callable[[Settled], bool]


def make_way(
    settled: Sequence[Settled], short: Short, fleet: Fleet, room: Room, policy: Policy
) -> list[Settled]:
    """The same decision with more for pools that are `short`; what the lower ones lose to them is the least
    that lets whole replicas in."""
    found = list(settled)
    for index in in_order([one.block for one in found]):
        if short(found[index]):
            left = room.less(taken(found, room))
            found[index] = lean(retake_anywhere(found[index], fleet, room, Stock(left), policy), policy)
        if short(found[index]):
            found = _displaced(found, index, fleet, room, policy)
    return found


def _displaced(
    settled: Sequence[Settled], index: int, fleet: Fleet, room: Room, policy: Policy
) -> list[Settled]:
    """With all that this pool takes in the room that it and the priorities below it have."""
    found, priority = list(settled), settled[index].block.pool.priority
    stock = Stock(room.less(taken([one for one in found if one.block.pool.priority >= priority], room)))
    found[index] = lean(retake_anywhere(found[index], fleet, room, stock, policy), policy)
    stay = staying(found, room)
    yields = [number for number in range(len(found)) if number not in stay]
    left = room.less(taken([found[number] for number in stay], room))
    blocks = [fleet.block(found[number].block.pool, policy.near) for number in yields]
    for number, one in zip(yields, keep(blocks, left, policy), strict=True):
        found[number] = one
    return found


def staying(settled: Sequence[Settled], room: Room) -> list[int]:
    """Which of them have room beside each other: the highest priorities, in their order."""
    order, counts = in_order([one.block for one in settled]), taken(settled, room)
    while not room.fits(counts):
        tight = room.tight(counts)
        last = next(index for index in reversed(order) if _stands(settled[index], tight))
        order.remove(last)
        counts -= taken([settled[last]], room)
    return order


def taken(settled: Sequence[Settled], room: Room) -> Ints:
    """Replicas per berth."""
    return in_berths([one.block for one in settled], [one.counts for one in settled], room)


def _stands(one: Settled, berths: Mask) -> bool:
    return bool(np.any(one.counts[berths[one.block.option_berth]]))
