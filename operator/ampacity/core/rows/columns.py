"""Numbering rows and writing each rack's sparse column: the arrays the planner works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ampacity.core.load import Supplies
from ampacity.core.rows.dominate import Limit
from ampacity.core.rows.flow import Coefs
from ampacity.core.rows.hall import Hall
from ampacity.core.rows.local import LocalLimit, local_limits
from ampacity.core.rows.model import Row, RowKind
from ampacity.core.rows.sums import Ints, bounded
from ampacity.core.site import Rack
from ampacity.core.units import PPM

_Figures = tuple[int, int | None, int | None, int, int, Supplies | None]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """See SiteRows for the meaning of each."""

    rows: tuple[Row, ...]
    capacity: Ints
    indptr: Ints
    entry_rows: Ints
    entry_coefs: Ints


def make_columns(hall: Hall, shared: Sequence[Limit]) -> Columns:
    """Rows that racks share first, in the site's order, then each rack's own."""
    rows = [hall.name_row(limit) for limit in shared]
    common = _by_kind(shared, hall.sources.kinds)
    entries: list[tuple[int, Coefs]] = []
    indptr = [0]
    seen: dict[_Figures, list[LocalLimit]] = {}
    for rack, kind in zip(hall.site.racks, hall.sources.of_rack, strict=True):
        figures = (kind, rack.limit, rack.air_limit, rack.base_load, rack.base_air, rack.shelves)
        if figures not in seen:
            seen[figures] = local_limits(rack, hall.fates[kind])
        entries.extend(common[kind])
        for own in seen[figures]:
            entries.append((len(rows), own.coefs))
            rows.append(_local_row(hall, rack, kind, own))
        indptr.append(len(entries))
    return _arrays(rows, indptr, entries)


def _by_kind(shared: Sequence[Limit], kinds: int) -> list[list[tuple[int, Coefs]]]:
    common: list[list[tuple[int, Coefs]]] = [[] for _ in range(kinds)]
    for number, limit in enumerate(shared):
        for kind, coefs in limit.coefs.items():
            common[kind].append((number, coefs))
    return common


def _arrays(rows: list[Row], indptr: list[int], entries: list[tuple[int, Coefs]]) -> Columns:
    return Columns(
        tuple(rows),
        bounded(row.capacity * PPM - row.base for row in rows),
        np.array(indptr, dtype=np.int64),
        np.array([row for row, _ in entries], dtype=np.int64),
        np.array([coefs for _, coefs in entries], dtype=np.int64).reshape(-1, 3),
    )


def _local_row(hall: Hall, rack: Rack, kind: int, own: LocalLimit) -> Row:
    subject, subject_type = rack.name, ""
    if own.kind is RowKind.CORD:
        supplier = hall.graph.nodes[hall.sources.all[kind].power.nodes[own.edge]]
        subject, subject_type = f"{rack.name} via {supplier.name}", supplier.type
    elif own.kind is RowKind.OUT:
        subject_type = hall.fates[kind].lost
    return Row(own.kind, subject, subject_type, hall.states[own.situation].state, own.capacity, own.base)
