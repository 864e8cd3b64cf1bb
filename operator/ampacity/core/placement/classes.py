"""Racks that are alike, as far as more pods go: what makes an exact search small.

A bay's own rows (its cords, its breaker, its air) only say how many GPUs may begin to draw there. What ties
bays together are rows that several of them load *and* that could bind: a row that stays below its limit with
every bay at its own most is no constraint. Bays that load the same of those rows by the same amount per
GPU are interchangeable: any count for the class, up to the sum of its bays' own most, can be dealt out to
them. So a hall of 1,250 racks becomes as many classes as it has distinct feeds that are short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ampacity.core.placement.columns import Ints, Mask
from ampacity.core.placement.floor import Floor


@dataclass(frozen=True, slots=True)
class Shared:
    """A row that ties classes together: nW per busy GPU of each class on it, and what is left of it."""

    classes: tuple[int, ...]
    adds: tuple[int, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Classes:
    """Bays lumped together. [bays]: `member` is the bay's class, -1 where it takes nothing.

    `room`: [bays] GPUs that the bay's own rows let begin to draw. `shared`: the rows between classes.
    """

    count: int
    member: Ints
    room: Ints
    shared: tuple[Shared, ...]


def classify(floor: Floor, most: Ints, apart: Mask) -> Classes:
    """Classes of the bays, as things stand on the floor.

    `most`: [bays] GPUs that pods could make busy there if rows did not matter; 0 leaves a bay out.
    `apart`: [bays] those that must not be lumped with others.
    """
    headroom = floor.headroom
    add = headroom.increments(floor.columns.per_gpu[floor.columns.bay_draw])
    add = np.where(most[headroom.owner] > 0, add, 0)
    left = np.maximum(headroom.left.array(), 0)
    several = np.bincount(headroom.row[add > 0], minlength=len(left)) > 1
    room = np.minimum(headroom.counts(np.where(several[headroom.row], 0, add)), most)
    full = np.zeros(len(left), np.int64)
    np.add.at(full, headroom.row, add * room[headroom.owner])
    add[~(several & (full > left))[headroom.row]] = 0
    member, first = _members(floor, most, apart, add)
    return Classes(len(first), member, room, _shared(floor, first, add))


def _members(floor: Floor, most: Ints, apart: Mask, add: Ints) -> tuple[Ints, list[int]]:
    """The class of each bay and the first bay of each class."""
    kinds: dict[tuple[bytes, bytes, int, tuple[int, int]], int] = {}
    member, first = np.full(len(most), -1), []
    for bay in np.flatnonzero(most > 0).tolist():
        rows, adds = _tied(floor, bay, add)
        key = (rows.tobytes(), adds.tobytes(), bay if apart[bay] else -1, _counted(floor, bay))
        if key not in kinds:
            kinds[key] = len(kinds)
            first.append(bay)
        member[bay] = kinds[key]
    return member, first


def _counted(floor: Floor, bay: int) -> tuple[int, int]:
    """What decides how pods here count on share rows: site and draw; all alike where there are none."""
    columns = floor.columns
    if not columns.shares:
        return -1, -1
    return int(columns.site[columns.bay_start[bay]]), int(columns.bay_draw[bay])


def _shared(floor: Floor, first: list[int], add: Ints) -> tuple[Shared, ...]:
    """Each row between classes; of rows that weigh all classes alike only the tightest."""
    loads: dict[int, dict[int, int]] = {}
    for number, bay in enumerate(first):
        for row, figure in zip(*(part.tolist() for part in _tied(floor, bay, add)), strict=True):
            loads.setdefault(row, {})[number] = figure
    tightest: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
    for row in sorted(loads):
        key, left = (tuple(loads[row]), tuple(loads[row].values())), max(0, floor.headroom.left.values[row])
        tightest[key] = min(left, tightest.get(key, left))
    return tuple([Shared(*key, left) for key, left in tightest.items()])


def _tied(floor: Floor, bay: int, add: Ints) -> tuple[Ints, Ints]:
    """Rows that tie a bay to others, and nW per busy GPU on each."""
    span = slice(int(floor.headroom.start[bay]), int(floor.headroom.stop[bay]))
    tied = add[span] > 0
    return floor.headroom.row[span][tied], add[span][tied]
