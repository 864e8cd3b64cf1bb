"""After a change: decide again what it touches, and leave the rest where it is.

A pool is touched if it changed, if it is short, or if it stands where room has become too narrow (there those
of the lowest priority are touched first). Touched pools keep the replicas that still fit and start what they
lack in the room that the others leave, by the same rules as ever. If one of them ends up notably shorter than
before (by more than the band), room would have to come from others: then everything is decided anew, as it is
where sites come and go, or latencies change. So following is quick where little happens; latency that could
be gained elsewhere waits for the next whole decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np

from ampacity.core.distribution.check import check
from ampacity.core.distribution.decide import Decision, decide, judged
from ampacity.core.distribution.fleet import Fleet, read_fleet
from ampacity.core.distribution.joint import in_berths
from ampacity.core.distribution.keep import keep
from ampacity.core.distribution.model import Pool, Task
from ampacity.core.distribution.placer import Judge
from ampacity.core.distribution.room import Mask, Room
from ampacity.core.distribution.settle import in_order
from ampacity.core.distribution.settled import Settled


def follow(before: Decision, task: Task, judge: Judge | None = None) -> Decision:
    """Decide `task`, which differs little from that of `before`; what `before` decided is what runs."""
    current = {choice: count for one in before.settled for _, choice, count in before.choices(one)}
    task = replace(task, current=current | dict(before.kept))
    after = _followed(before, task)
    if after is None or judged(after, judge) is not None:
        return decide(task, before.policy, judge)
    return after


def _followed(before: Decision, task: Task) -> Decision | None:
    """The decision with what is touched decided again; None where that is not enough."""
    if before.problems or not _alike(before.task, task):
        return None
    fleet = read_fleet(task, before.policy)
    if list(fleet.room.number) != list(before.fleet.room.number):
        return None
    old, new = {one.name: one for one in before.fleet.sites}, {one.name: one for one in fleet.sites}
    moved = np.array([old[name] != new[name] for name in new], np.bool_)
    room = _with_cuts(before, fleet, moved)
    same = {one.block.pool.name: one for one in _untouched(before, task, room)}
    pools = [pool for pool in sorted(task.pools, key=attrgetter("name")) if pool.name not in same]
    if any(check(pool, fleet.sites, fleet.ms(pool)) for pool in pools):
        return None
    again = _again(before, fleet, room, pools, list(same.values()))
    if again is None:
        return None
    settled = sorted([*same.values(), *again], key=lambda one: one.block.pool.name)
    return replace(before, task=task, fleet=fleet, room=room, settled=tuple(settled))


def _alike(old: Task, new: Task) -> bool:
    """Are sites the same but for their room, and latencies too?"""
    fixed = attrgetter("name", "tier", "areas", "labels", "uplink", "closed")
    sites = [sorted(map(fixed, task.sites), key=lambda one: str(one[0])) for task in (old, new)]
    return sites[0] == sites[1] and (old.latency is new.latency or old.latency == new.latency)


def _with_cuts(before: Decision, fleet: Fleet, moved: Mask) -> Room:
    """The room with the cuts made before at sites that have not changed."""
    room = fleet.room
    changed = {site.name for site, one in zip(fleet.sites, moved, strict=True) if one}
    for site, limit in before.room.limits[len(before.fleet.room.limits) :]:
        if site not in changed:
            room = room.limited(site, limit)
    return room


def _untouched(before: Decision, task: Task, room: Room) -> list[Settled]:
    """Pools that did not change, are not short, and have room beside each other: the highest priorities."""
    pools = {pool.name: pool for pool in task.pools}
    same = [
        one
        for one in before.settled
        if pools.get(one.block.pool.name) == one.block.pool and not one.unserved.any()
    ]
    order = in_order([one.block for one in same])
    kept = in_berths([one.block for one in same], [one.counts for one in same], room)
    while not room.fits(kept):
        tight = room.tight(kept)
        last = next(index for index in reversed(order) if _stands(same[index], tight))
        order.remove(last)
        kept -= in_berths([same[last].block], [same[last].counts], room)
    return [same[index] for index in order]


def _stands(one: Settled, berths: Mask) -> bool:
    return bool(one.counts[berths[one.block.option_berth]].any())


def _again(
    before: Decision, fleet: Fleet, room: Room, pools: Sequence[Pool], same: Sequence[Settled]
) -> list[Settled] | None:
    """The touched pools beside the others; None if one is shorter than it was."""
    others = in_berths([one.block for one in same], [one.counts for one in same], room)
    left = room.less(others)
    short = {one.block.pool.name: _part_unserved(one) for one in before.settled}
    found = keep([fleet.block(pool, before.policy.near) for pool in pools], left, before.policy)
    for one in found:
        if _part_unserved(one) > short.get(one.block.pool.name, 0.0) + before.policy.band:
            return None
    return found


def _part_unserved(one: Settled) -> float:
    return float(one.unserved.sum() / max(1e-9, one.block.work.sum()))
