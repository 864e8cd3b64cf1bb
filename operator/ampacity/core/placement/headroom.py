"""What is left on every row of every site, and how many equal loads a rack's rows still take.

All sites' rows stand in one array, one after the other, so that one pass serves the fleet. Figures are
nW (ppm * mW) in int64, exact. A load that adds nothing to a row is never refused by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from ampacity.core.load import Load
from ampacity.core.placement.columns import Columns, Ints, parts
from ampacity.core.placement.mirror import Mirror
from ampacity.core.placement.shared_rows import share_rows, shared_entries, shared_left
from ampacity.core.rows import SiteRows
from ampacity.core.rows.sums import sum_rows
from ampacity.core.snapshot import Snapshot

UNLIMITED = 2**62
_BLANK = 1  # every bay has one entry on a row without limit, so that no bay is without entries


@dataclass(frozen=True, slots=True)
class Effect:
    """Rows that a load adds to, by number, and by how much each, nW (never 0)."""

    rows: tuple[int, ...]
    adds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Headroom:
    """Rows left, and the sparse columns of the bays (see `columns`) on them.

    `left`: nW per row, changed as pods are placed; may be negative where a limit shrank under its load.
    `start`: first entry of each bay; `row`, `coefs` [entries, 3 or more]: ppm per mW of power, air,
    liquid and each kind of share row (see `shared_rows`); loads may leave those out.
    `row_base`: where each site's rows begin. `by_row`: entries ordered by row, those of row k from
    `row_start[k]` to `row_start[k + 1]`. `share_rows`: per site the number of each share row, and its
    place among the kinds of them.
    """

    left: Mirror[int]
    row_base: tuple[int, ...]
    start: Ints
    stop: Ints
    row: Ints
    coefs: Ints
    owner: Ints
    by_row: Ints
    row_start: Ints
    share_rows: tuple[tuple[tuple[int, int], ...], ...] = ()

    def counts(self, add: Ints, first: Ints | None = None) -> Ints:
        """How often each bay's rows take its load: [bays]. `add`: nW per entry (see `increments`).

        `first`: nW per entry that something else takes before.
        """
        left = self.left.array()[self.row]
        free = left if first is None else left - first
        times = np.where(add > 0, free // np.maximum(add, 1), UNLIMITED)
        worst: Ints = np.minimum.reduceat(times, self.start) if len(self.start) else self.start
        return np.maximum(worst, 0)

    def site_left(self, site: int) -> Ints:
        """What is left on the rows of one site, by its number, nW. Those of shares are in `shares_left`."""
        return self.left.array()[self.row_base[site] : self._shares_begin(site)]

    def shares_left(self, site: int) -> Ints:
        """What is left on the share rows of one site, by its number, nW."""
        return self.left.array()[self._shares_begin(site) : self.row_base[site + 1]]

    def _shares_begin(self, site: int) -> int:
        return self.row_base[site + 1] - len(self.share_rows[site])

    def increments(self, loads: Ints) -> Ints:
        """nW that each entry's row gains when its bay gains `loads[bay]` (mW: power, air, liquid, shares)."""
        added: Ints = np.einsum("ij,ij->i", self.coefs[:, : loads.shape[1]], loads[self.owner])
        return added

    def effect(self, bay: int, load: Ints) -> Effect:
        """What a load (mW: power, air, liquid, shares) in this bay adds to its rows, those of shares last."""
        span = slice(int(self.start[bay]), int(self.stop[bay]))
        add = self.coefs[span, : len(load)] @ load
        loaded = add > 0
        return Effect(tuple(self.row[span][loaded].tolist()), tuple(add[loaded].tolist()))

    def bays_on(self, row: int) -> Ints:
        """Bays that hang on a row."""
        return self.owner[self._entries_on(row)]

    def adds_on(self, row: int, loads: Ints) -> Ints:
        """nW that `loads` (mW, [bays on the row, 3 or more]) in each of those bays add to the row."""
        added: Ints = np.einsum("ij,ij->i", self.coefs[self._entries_on(row), : loads.shape[1]], loads)
        return added

    def _entries_on(self, row: int) -> Ints:
        first, last = self.row_start[row : row + 2].tolist()
        return self.by_row[first:last]


def read_headroom(snapshot: Snapshot, columns: Columns) -> Headroom:
    """Rows less all load that counts now: nodes, holds and listed nodes without objects."""
    loads = _rack_loads(snapshot, columns)
    width = 3 + len(columns.shares)
    left, starts, rows, coefs = [_none()], [_none()], [_none()], [_none().reshape(0, width)]
    row_base, entries = [0], 0
    for number, name in enumerate(columns.sites):
        count = 0
        if name in snapshot.sites:
            system = snapshot.sites[name].rows
            count = len(system.capacity) + len(system.shares)
            racks = slice(columns.rack_base[number], columns.rack_base[number + 1])
            own = shared_entries(system, columns.shares)
            left += [system.capacity - _usage(system, loads[racks]), shared_left(snapshot, columns, name)]
            starts.append(own.start + entries)
            rows.append(own.row + row_base[-1])
            coefs.append(own.coefs)
            entries += len(own.row)
        row_base.append(row_base[-1] + count)
    left.append(np.array([UNLIMITED], np.int64))
    rows.append(np.array([row_base[-1]], np.int64))
    coefs.append(np.zeros((1, width), np.int64))
    starts.append(np.array([entries], np.int64))
    laid = _by_bay(columns, tuple(row_base), *map(np.concatenate, (left, starts, rows, coefs)))
    return replace(laid, share_rows=share_rows(snapshot, columns, row_base))


def _none() -> Ints:
    return np.empty(0, np.int64)


def _usage(system: SiteRows, loads: Ints) -> Ints:
    spread = np.repeat(loads, np.diff(system.indptr), axis=0)
    return sum_rows(system.entry_rows, system.entry_coefs, spread, len(system.capacity))


def _by_bay(
    columns: Columns, row_base: tuple[int, ...], left: Ints, starts: Ints, row: Ints, coefs: Ints
) -> Headroom:
    """Entries laid out bay by bay, each bay closed by the entry without limit."""
    first, last = starts[columns.bay_rack], starts[columns.bay_rack + 1]
    sizes = last - first + _BLANK
    stop = np.cumsum(sizes)
    start = stop - sizes
    owner = np.repeat(np.arange(len(sizes)), sizes)
    picked = np.arange(len(owner)) - start[owner] + first[owner]
    picked[stop - 1] = len(row) - 1
    row = row[picked]
    by_row = np.argsort(row, kind="stable")
    row_start = np.searchsorted(row[by_row], np.arange(len(left) + 1))
    return Headroom(Mirror(left), row_base, start, stop, row, coefs[picked], owner, by_row, row_start)


def _rack_loads(snapshot: Snapshot, columns: Columns) -> Ints:
    """mW per rack of all sites: [racks, 3]."""
    loads = np.zeros((columns.rack_base[-1], 3), np.int64)
    placed = columns.rack >= 0
    charged = list(map(attrgetter("load"), columns.views))
    for part, name in enumerate(("power", "air", "liquid")):
        figures = np.fromiter(map(attrgetter(name), charged), np.int64, len(charged))
        np.add.at(loads[:, part], columns.rack[placed], figures[placed])
    for base, site in zip(columns.rack_base, columns.sites, strict=False):
        if site in snapshot.sites:
            view = snapshot.sites[site]
            _add_unlisted(loads, base, view.rows.rack_index, view.unlisted.items())
    return loads


def _add_unlisted(
    loads: Ints, base: int, numbers: Mapping[str, int], unlisted: Iterable[tuple[str, Load]]
) -> None:
    for rack, load in unlisted:
        if rack in numbers:
            loads[base + numbers[rack]] += parts(load)
