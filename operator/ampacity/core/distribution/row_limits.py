"""Rows of a site, in every state, as limits on replicas.

A replica adds at least what it adds in the rack where it adds least. That makes a limit of a row that all
racks hang on. A row of only some racks still bounds the sum: what its racks cannot carry must stand
elsewhere, and elsewhere there are only so many free GPUs. So with c the least watts per GPU on the row and F
the free GPUs outside, GPUs in use anywhere are at most left / c + F. Rows of a single rack: see `capacity`,
where GPUs are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ampacity.core.distribution.model import Limit
from ampacity.core.placement.columns import Ints, Mask
from ampacity.core.placement.demand import Demand
from ampacity.core.placement.floor import Floor
from ampacity.core.rows import Row
from ampacity.core.rows.shortfall import failing, named
from ampacity.core.snapshot import Snapshot
from ampacity.core.units import PPM


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """One footprint at one site: the nodes that take it, how many each, and the least it adds per bay."""

    footprint: str
    demand: Demand
    nodes: Ints
    copies: Ints
    loads: Ints


def row_limits(snapshot: Snapshot, floor: Floor, site: str, standing: Sequence[Standing]) -> Iterator[Limit]:
    """Rows that these footprints could fill."""
    system = snapshot.sites[site].rows
    rows = (*system.rows, *(share.row for share in system.shares))
    number = floor.columns.sites.index(site)
    base, headroom = floor.headroom.row_base[number], floor.headroom
    left = [*headroom.site_left(number).tolist(), *headroom.shares_left(number).tolist()]
    least = np.array([_least_adds(floor, one, base, len(rows)) for one in standing], np.int64)
    slots = [int(one.copies.sum()) for one in standing]
    for row, adds in enumerate(least.T.tolist()):
        if sum(add * count for add, count in zip(adds, slots, strict=True)) > left[row]:
            coefs = [(one.footprint, add) for one, add in zip(standing, adds, strict=True) if add]
            yield Limit(_what(rows[row]), max(0, left[row]), tuple(coefs), PPM, rows[row])
    for main, group in groups(standing):
        for row in range(len(rows)):
            yield from _part(floor, main, group, base + row, rows[row], max(0, left[row]))


def groups(standing: Sequence[Standing]) -> Iterator[tuple[int, list[Standing]]]:
    """Footprints of one main resource whose nodes overlap, directly or through others."""
    left = [one for one in standing if one.demand.main_amount]
    while left:
        group, reached = [left.pop(0)], True
        nodes = set(group[0].nodes.tolist())
        while reached:
            main = group[0].demand.main
            near = [
                one for one in left if one.demand.main == main and not nodes.isdisjoint(one.nodes.tolist())
            ]
            reached = bool(near)
            group += near
            nodes.update(*(one.nodes.tolist() for one in near))
            left = [one for one in left if not any(one is other for other in near)]
        yield group[0].demand.main, group


def _part(
    floor: Floor, main: int, group: Sequence[Standing], number: int, row: Row, left: int
) -> Iterator[Limit]:
    """A row of some of the racks where a group of footprints may stand."""
    bays, bay = floor.headroom.bays_on(number), floor.columns.bay
    nodes = np.unique(np.concatenate([one.nodes for one in group]))
    inside = np.isin(bay[nodes], bays)
    racks = np.unique(floor.columns.rack[nodes[inside]])
    if inside.all() or len(racks) < 2:
        return
    adds = [(_add(floor, one, number, bays), one.demand.main_amount) for one in group]
    each = min(add // amount for add, amount in adds if add is not None)
    free = np.maximum(floor.free.array()[nodes, main], 0)
    if each * int(free[inside].sum()) > left:
        coefs = [(one.footprint, each * one.demand.main_amount) for one in group]
        yield Limit(_what(row), left + each * int(free[~inside].sum()), tuple(coefs), PPM, row)


def _add(floor: Floor, one: Standing, row: int, bays: Ints) -> int | None:
    """The least that the footprint adds to the row in the racks on it; None if it stands in none."""
    there = np.isin(bays, floor.columns.bay[one.nodes])
    if not there.any():
        return None
    return int(floor.headroom.adds_on(row, one.loads[bays])[there].min())


def _least_adds(floor: Floor, one: Standing, base: int, rows: int) -> Ints:
    """The least that one replica adds to each of the site's rows, wherever it stands: [rows], nW."""
    headroom = floor.headroom
    bays = np.unique(floor.columns.bay[one.nodes])
    inside: Mask = np.isin(headroom.owner, bays)
    row, added = headroom.row[inside] - base, headroom.increments(one.loads)[inside]
    ours = (row >= 0) & (row < rows)
    touched = np.bincount(row[ours], minlength=rows)
    least = np.full(rows, np.iinfo(np.int64).max)
    np.minimum.at(least, row[ours], added[ours])
    return np.where(touched == len(bays), least, 0)


def _what(row: Row) -> str:
    return named(row) + failing(row.state)
