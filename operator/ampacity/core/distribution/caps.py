"""What sites have, without what follows from the rest: rows over berths, for programs over fractions.

Slots are limits like any other. A limit that is relatively no tighter than another of its site, whatever
stands there, never binds: on GPUs in groups of 8 nothing is short before it is on GPUs. Left out, the others
make programs several times smaller and change no optimum.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ampacity.core.distribution.room import Mask, Room
from ampacity.core.distribution.solver import Floats, Ints

_NOTHING = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Caps:
    """`most` [rows]; entries of berth b are `row`, `coef` from `first`[b] to `first`[b + 1]."""

    most: Floats
    first: Ints
    row: Ints
    coef: Floats

    def entries(self, berths: Ints) -> tuple[Ints, Ints, Floats]:
        """Of all these berths: which of them, row, what one replica takes there."""
        sizes = self.first[berths + 1] - self.first[berths]
        which = np.repeat(np.arange(len(berths)), sizes)
        entry = np.arange(len(which)) + np.repeat(self.first[berths] - np.cumsum(sizes) + sizes, sizes)
        return which, self.row[entry], self.coef[entry]

    def worth(self, price: Floats) -> Floats:
        """What a replica takes of all rows, at so much for each row: [berths]."""
        berths = len(self.first) - 1
        which, row, coef = self.entries(np.arange(berths))
        worth: Floats = np.bincount(which, coef * price[row], berths).astype(np.float64)
        return worth


def caps_of(room: Room, slack: float = 1.0) -> Caps:
    """The rows of a room, each scaled to a largest coefficient of 1. `slack`: with more than 1, rows that
    are tighter by no more than this factor are left out too."""
    slots = np.arange(len(room.slots))
    row = np.concatenate([room.limit, len(room.left) + slots])
    berth = np.concatenate([room.berth, slots])
    coef = np.concatenate([room.coef, np.ones(len(slots))]).astype(np.float64)
    most = np.maximum(np.concatenate([room.left, room.slots]), 0).astype(np.float64)
    scale = np.zeros(len(most))
    np.maximum.at(scale, row, coef)
    binds = _binding(room, row, berth, coef / np.maximum(most, _NOTHING)[row], slack)
    inside = np.flatnonzero(binds[row])
    inside = inside[np.argsort(berth[inside], kind="stable")]
    number = np.cumsum(binds) - 1
    first = np.searchsorted(berth[inside], np.arange(len(slots) + 1))
    return Caps(
        (most / np.maximum(scale, _NOTHING))[binds],
        first,
        number[row[inside]],
        coef[inside] / scale[row[inside]],
    )


def _binding(room: Room, row: Ints, berth: Ints, part: Floats, slack: float) -> Mask:
    """Rows that no other makes needless. `part`: of the row, what one replica takes."""
    binds = np.zeros(len(room.left) + len(room.slots), np.bool_)
    names = {name: number for number, name in enumerate(dict.fromkeys(name for name, _ in room.berths))}
    site = np.array([names[name] for name, _ in room.berths], np.int64)
    order = np.argsort(site[berth], kind="stable")
    bounds = np.searchsorted(site[berth][order], np.arange(len(names) + 1)).tolist()
    for start, stop in pairwise(bounds):
        inside = order[start:stop]
        rows, at = np.unique(row[inside], return_inverse=True)
        columns, over = np.unique(berth[inside], return_inverse=True)
        table = np.zeros((len(rows), len(columns)))
        table[at, over] = part[inside]
        binds[rows[_tightest(table, slack)]] = True
    return binds


def _tightest(table: Floats, slack: float) -> Ints:
    """Rows that are somewhere above all those that come before them, the largest first."""
    order = np.argsort(-table.sum(axis=1), kind="stable")
    table = table[order]
    below = (table[:, None, :] <= slack * table[None, :, :]).all(axis=2)
    needless = np.tril(below, -1).any(axis=1)
    found: Ints = order[~needless]
    return found
