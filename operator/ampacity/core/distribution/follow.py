"""After a change: decide again what it touches, and leave the rest where it is.

A pool is touched if it changed, if it is short and could start something, or if it stands where room has
become too narrow (there those of the lowest priority are touched first). Touched pools keep the replicas that
still fit and start what they lack in the room that the others leave, by the same rules as ever. If one of
them ends up notably shorter than before (by more than the band), others make way (see `way`); where it is
quick, everything is decided anew instead, as it is where sites come and go, or latencies change. So following
is always quick. What could be gained by moving pools of equal priority, or for latency, waits for the next
whole decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter

import numpy as np

from ampacity.core.distribution.check import check
from ampacity.core.distribution.decide import Decision, decide, judged
from ampacity.core.distribution.fleet import Fleet, read_fleet
from ampacity.core.distribution.keep import keep
from ampacity.core.distribution.model import Pool, Task
from ampacity.core.distribution.placer import Judge
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.room import Mask, Room
from ampacity.core.distribution.settled import Settled
from ampacity.core.distribution.stock import Stock
from ampacity.core.distribution.way import make_way, staying, taken


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
    settled = _settled(before, fleet, room, pools, list(same.values()))
    return None if settled is None else replace(before, task=task, fleet=fleet, room=room, settled=settled)


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
    """Pools that did not change, have room beside each other (the highest priorities), and are not short, or
    could start nothing."""
    pools = {pool.name: pool for pool in task.pools}
    there = [one for one in before.settled if one.block.pool.name in pools]
    open_ = Stock(room.less(taken(there, room))).open(np.zeros_like(room.left))
    same = [
        one for one in there if pools[one.block.pool.name] == one.block.pool and not _could_start(one, open_)
    ]
    return [same[index] for index in staying(same, room)]


def _could_start(one: Settled, open_: Mask) -> bool:
    """Is the pool short where a berth that is open would help?"""
    block = one.block
    reach = np.bincount(block.flow_point, one.unserved[block.flow_region], len(block.site))
    useful = reach[block.option_point] > block.option_start * block.option_rate
    return bool((useful & open_[block.option_berth]).any())


def _settled(
    before: Decision, fleet: Fleet, room: Room, pools: Sequence[Pool], same: Sequence[Settled]
) -> tuple[Settled, ...] | None:
    """The touched pools beside the others; None if one is notably shorter than it was, and deciding anew is
    quick."""
    policy, left = before.policy, room.less(taken(same, room))
    again = keep([fleet.block(pool, policy.near) for pool in pools], left, policy)
    settled = sorted([*same, *again], key=lambda one: one.block.pool.name)
    short = partial(_shorter, {one.block.pool.name: _part_unserved(one) for one in before.settled}, policy)
    if any(map(short, settled)):
        if sum(len(one.block.option_point) for one in settled) <= policy.exact:
            return None
        settled = make_way(settled, short, fleet, room, policy)
    return tuple(settled)


def _shorter(before: Mapping[str, float], policy: Policy, one: Settled) -> bool:
    """Is a larger part of it unserved than before, by more than the band?"""
    return _part_unserved(one) > before.get(one.block.pool.name, 0.0) + policy.band


def _part_unserved(one: Settled) -> float:
    return float(one.unserved.sum() / max(1e-9, one.block.work.sum()))
