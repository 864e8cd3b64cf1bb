"""Share rows among the rows that the planner works on: after those of their site, on all of its racks.

A row of a site counts watts by medium. A share row counts what `core.shares` says, and that has a column
of its own beside power, air and liquid, one for each kind of share row in the fleet. So whatever works on
rows and loads keeps shares too, and where no site states any there is no such column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ampacity.core.placement.columns import Columns
from ampacity.core.rows import ShareRow, SiteRows
from ampacity.core.rows.sums import bounded
from ampacity.core.shares import used
from ampacity.core.snapshot import Snapshot
from ampacity.core.units import PPM

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Entries:
    """A site's sparse columns: `start`: first entry of each rack; `row`, `coefs`: ppm, [entries, columns]."""

    start: Ints
    row: Ints
    coefs: Ints


def shared_entries(system: SiteRows, kinds: Sequence[ShareRow]) -> Entries:
    """The columns of a site's racks with its share rows, which stand last in each. `kinds`: see above."""
    if not kinds:
        return Entries(system.indptr[:-1], system.entry_rows, system.entry_coefs)
    wide = np.pad(system.entry_coefs, ((0, 0), (0, len(kinds))))
    if not system.shares:
        return Entries(system.indptr[:-1], system.entry_rows, wide)
    racks, more = len(system.rack_index), len(system.shares)
    at = np.repeat(system.indptr[1:], more)
    rows = np.tile(np.arange(more) + len(system.capacity), racks)
    places = [kind.key for kind in kinds]
    ours = np.zeros((more, wide.shape[1]), np.int64)
    ours[np.arange(more), [3 + places.index(row.key) for row in system.shares]] = PPM
    return Entries(
        system.indptr[:-1] + np.arange(racks) * more,
        np.insert(system.entry_rows, at, rows),
        np.insert(wide, at, np.tile(ours, (racks, 1)), axis=0),
    )


def share_rows(
    snapshot: Snapshot, columns: Columns, row_base: Sequence[int]
) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Per site, each of its share rows: its number among all rows, and the place of its kind."""
    if not columns.shares:
        return ((),) * len(columns.sites)
    places = {kind.key: place for place, kind in enumerate(columns.shares)}
    found = []
    for name, base in zip(columns.sites, row_base, strict=False):
        system = snapshot.sites[name].rows if name in snapshot.sites else None
        own = enumerate(system.shares, base + len(system.capacity)) if system else ()
        found.append(tuple([(number, places[row.key]) for number, row in own]))
    return tuple(found)


def shared_left(snapshot: Snapshot, columns: Columns, site: str) -> Ints:
    """What is left on the site's share rows, nW; negative where more is there already."""
    view = snapshot.sites[site]
    if not view.rows.shares:
        return np.empty(0, np.int64)
    loads = used(view, columns.views[columns.site_span(site)])
    return bounded((row.row.capacity - load) * PPM for row, load in zip(view.rows.shares, loads, strict=True))
