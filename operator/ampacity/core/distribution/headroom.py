"""How much more load a site's nodes could take, all limits of all states observed; and who has too much."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ampacity.core.placement.columns import Columns, Ints, read_columns
from ampacity.core.placement.headroom import Headroom, read_headroom
from ampacity.core.snapshot import Snapshot

_ROUNDS = 8
_ALMOST = 1 - 1e-9  # what rounding in floating point could make too much of is left out

Floats = npt.NDArray[np.float64]


def site_headroom(snapshot: Snapshot) -> dict[str, int]:
    """Per site, mW its admitting nodes could draw more.

    All racks grow together, each in proportion to what its idle GPUs would draw, until a row stops those
    that hang on it; the others grow on. A reachable figure, so never more than the site has; it orders
    sites, it grants nothing. A site that admits nothing has none.
    """
    columns = read_columns(snapshot, ())
    loads = _idle_loads(columns)
    parts = _grow(read_headroom(snapshot, columns), loads)
    found = dict.fromkeys(snapshot.sites, 0)
    site = columns.site[columns.bay_start]
    for number, name in enumerate(columns.sites):
        if name in found:
            found[name] = int((loads[:, 0] * parts)[site == number].sum() * _ALMOST)
    return found


def overdrawn(snapshot: Snapshot) -> frozenset[str]:
    """Sites that draw more than one of their limits allows, in some state."""
    columns = read_columns(snapshot, ())
    headroom = read_headroom(snapshot, columns)
    return frozenset(
        name
        for number, name in enumerate(columns.sites)
        if name in snapshot.sites and bool((headroom.site_left(number) < 0).any())
    )


def _idle_loads(columns: Columns) -> Ints:
    """mW that the idle GPUs of each bay's admitting nodes would add: [bays, 3]."""
    physical = np.append(columns.gpus, 0)[columns.draw]  # the last for nodes that nobody knows (-1)
    idle = np.where(columns.usable, np.maximum(physical - columns.units, 0), 0)
    gpus = np.zeros(len(columns.bay_start), np.int64)
    standing = columns.bay >= 0
    np.add.at(gpus, columns.bay[standing], idle[standing])
    loads: Ints = columns.per_gpu[columns.bay_draw] * gpus[:, None]
    return loads


def _grow(headroom: Headroom, loads: Ints) -> Floats:
    """The part of its load that each bay can take beside the others: [bays]."""
    parts = np.zeros(len(loads))
    if not len(loads):
        return parts
    add = headroom.increments(loads).astype(np.float64)
    left = np.maximum(headroom.left.array().astype(np.float64), 0)
    for _ in range(_ROUNDS):
        asked = add * (1 - parts)[headroom.owner]
        total = np.bincount(headroom.row, weights=asked, minlength=len(left))
        share = np.minimum(left / np.maximum(total, 1), 1)[headroom.row]
        step = np.minimum.reduceat(np.where(add > 0, share, 1), headroom.start)
        left -= np.bincount(headroom.row, weights=asked * step[headroom.owner], minlength=len(left))
        left = np.maximum(left, 0)
        parts += (1 - parts) * step
    return parts
