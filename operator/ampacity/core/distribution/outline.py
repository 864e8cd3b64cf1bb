"""Where power is short: which sites each region should be offered, found in outline.

If the nearest sites cannot serve everything, which others will depends on who else goes there. All pairs of
regions and sites in one program would take too long, so demand is first drawn together: regions of all
pools that have the same origin, priority and sites are one, and stand for their largest pool. Its
program is small, and what it uses is what its members are offered. Nothing of it but that is used: where an
outline is drawn too coarsely, the bound is a little lower than it could be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from ampacity.core.distribution.block import Block, Mask
from ampacity.core.distribution.caps import Caps, caps_of
from ampacity.core.distribution.eligibility import Eligible
from ampacity.core.distribution.fleet import TIER_STEP_MS, Fleet
from ampacity.core.distribution.goodput import goodput
from ampacity.core.distribution.matrix import Rows
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.solver import Floats, Ints, Model, Session

_SLACK = 1.2  # rows of a site that differ by less are one
_USED = 1e-9


@dataclass(slots=True)
class _Group:
    """Regions drawn together: (pool, region) of each; their demand in GPUs, requests/s, and `room`: what it
    takes of all rows together."""

    priority: int
    members: list[tuple[int, int]] = field(default_factory=list)
    gpus: float = 0.0
    requests: float = 0.0
    room: float = 0.0
    largest: tuple[float, int, int] = (-1.0, 0, 0)

    def add(self, index: int, region: int, block: Block, takes: float) -> None:
        """One region more, a unit of whose work `takes` so much room."""
        work = float(block.work[region])
        self.members.append((index, region))
        self.gpus += block.value * work
        self.requests += float(block.requests[region]) * work
        self.room += takes * work
        self.largest = max(self.largest, (takes * work, index, region))

    def cost(self, part: _Part, worth: float) -> Floats:
        """What each column costs where a GPU served is worth so much."""
        return (part.ms * self.requests - worth * self.gpus) / max(self.room, _USED)


def outline(fleet: Fleet, blocks: Sequence[Block], room: Room, worth: Mapping[int, float]) -> list[Mask]:
    """Per block, the pairs to offer: [regions, sites]. `worth`: see `relax.worths`."""
    judged = [fleet.judged(block.pool) for block in blocks]
    caps, rows = caps_of(room, _SLACK), Rows()
    stands = [_stand(fleet, block, one, caps) for block, one in zip(blocks, judged, strict=True)]
    kinds = _kinds(caps)
    mean = _mean(stands, caps, kinds)
    shared = rows.open(caps.most)
    groups = _groups(blocks, judged, stands)
    parts = [_columns(fleet, blocks, judged, kinds, group) for group in groups]
    first = 0
    for group, part in zip(groups, parts, strict=True):
        _put(rows, mean, shared, first, part, group)
        first += len(part.site)
    used = _solved(rows, groups, parts, worth)
    found = [np.zeros_like(one.pairs) for one in judged]
    for group, sites in zip(groups, used, strict=True):
        for index, region in group.members:
            found[index][region, sites] = True
    return found


def _solved(
    rows: Rows, groups: Sequence[_Group], parts: Sequence[_Part], worth: Mapping[int, float]
) -> list[Ints]:
    """The sites that each group uses."""
    if not groups:
        return []
    both = list(zip(groups, parts, strict=True))
    cost = np.concatenate([group.cost(part, worth[group.priority]) for group, part in both])
    upper = np.concatenate([np.full(len(part.site), group.room) for group, part in both])
    model = Model(upper, *rows.joined(), np.zeros(len(upper), np.bool_))
    answer = Session(model, relaxed=True).minimise(cost / max(np.abs(cost).max(initial=0.0), _USED) * 1e3)
    x = np.zeros(len(upper)) if answer is None else answer.x
    bounds = np.cumsum([len(part.site) for part in parts])[:-1]
    return [
        part.site[amount > _USED * group.room]
        for (group, part), amount in zip(both, np.split(x, bounds), strict=True)
    ]


def _groups(blocks: Sequence[Block], judged: Sequence[Eligible], stands: Sequence[_Stand]) -> list[_Group]:
    found: dict[tuple[int, str, bytes], _Group] = {}
    for index, (block, one, stand) in enumerate(zip(blocks, judged, stands, strict=True)):
        priority = block.pool.priority
        for region in np.flatnonzero(one.pairs.any(axis=1) & (block.work > 0)).tolist():
            origin = block.pool.demand[region].origin if block.pool.demand else ""
            key = (priority, origin, one.pairs[region].tobytes())
            found.setdefault(key, _Group(priority)).add(index, region, block, stand.takes)
    return list(found.values())


@dataclass(frozen=True, slots=True, eq=False)
class _Stand:
    """A pool wherever it may stand: berths, replicas per unit of room; room that a unit of its work `takes`
    on the mean, and all of its work."""

    berth: Ints
    replicas: Floats
    takes: float
    room: float


def _stand(fleet: Fleet, block: Block, one: Eligible, caps: Caps) -> _Stand:
    variant, site = np.nonzero(one.variants)
    berth, rate = fleet.berths(block.pool)[variant, site], goodput(block.pool).rate[variant]
    which, _, coef = caps.entries(berth)
    takes = float((np.bincount(which, coef, len(berth)) / rate).mean()) if len(berth) else 1.0
    return _Stand(berth, 1 / (rate * takes), takes, takes * float(block.work.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A group's columns: site, weighed ms, kind of berth."""

    site: Ints
    ms: Floats
    kind: Ints


def _columns(
    fleet: Fleet, blocks: Sequence[Block], judged: Sequence[Eligible], kinds: Ints, group: _Group
) -> _Part:
    _, index, region = group.largest
    pool, one = blocks[index].pool, judged[index]
    variant, site = np.nonzero(one.variants & one.pairs[region])
    ms = np.zeros(len(site))
    if pool.demand:
        ms = fleet.ms(pool)[region, site] + TIER_STEP_MS * one.step[site]
    return _Part(site, ms, kinds[fleet.berths(pool)[variant, site]])


def _put(rows: Rows, mean: Caps, shared: int, first: int, part: _Part, group: _Group) -> None:
    columns = first + np.arange(len(part.site))
    rows.put(np.full(len(columns), rows.open(np.array([group.room]))), columns, 1.0)
    which, row, coef = mean.entries(part.kind)
    rows.put(shared + row, columns[which], coef)


def _kinds(caps: Caps) -> Ints:
    """Berths that take from the same rows are of one kind: [berths]."""
    bounds = caps.first.tolist()
    keys = [caps.row[start:stop].tobytes() for start, stop in pairwise(bounds)]
    number = {key: index for index, key in enumerate(dict.fromkeys(keys))}
    return np.array([number[key] for key in keys], np.int64)


def _mean(stands: Sequence[_Stand], caps: Caps, kinds: Ints) -> Caps:
    """What a unit of room comes to in berths of each kind, the mean over all pools."""
    amount, replicas = np.zeros(len(kinds)), np.zeros(len(kinds))
    for one in stands:
        np.add.at(amount, one.berth, one.room)
        np.add.at(replicas, one.berth, one.room * one.replicas)
    first = np.zeros(kinds.max(initial=-1) + 2, np.int64)
    first[kinds + 1] = np.diff(caps.first)
    first = np.cumsum(first)
    which, row, coef = caps.entries(np.arange(len(kinds)))
    place = first[kinds[which]] + np.arange(len(which)) - caps.first[which]
    total = np.maximum(np.bincount(kinds, amount), _USED)[kinds[which]]
    mean, rows = np.zeros(first[-1]), np.zeros(first[-1], np.int64)
    np.add.at(mean, place, coef * replicas[which] / total)
    rows[place] = row
    return Caps(caps.most, first, rows, mean)
