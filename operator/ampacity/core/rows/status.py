"""What people see: per domain, cooling unit and rack, the load now and in its worst failure.

Works on the rows of each subject that no other row of the same subject
dominates, and its normal row: a dropped row never carries more than the one
that dominates it, so the worst failure is always among these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ampacity.core.load import Load
from ampacity.core.rows.model import FailureEffect, Row, RowKind, RowStatus
from ampacity.core.rows.sums import Ints, sum_rows
from ampacity.core.site import Outcome, State
from ampacity.core.units import PPM


@dataclass(frozen=True, slots=True, eq=False)
class StatusTable:
    """Rows for status. Row sums run over kinds of rack, not racks.

    `rows` and `bases` (nW): grouped by subject, the normal row first; group g is
    `rows[groups[g]:groups[g + 1]]`. Entries: `entry_rows`, `entry_kinds`, `entry_coefs`
    (nnz x 3, ppm). `rack_kinds`: the kind of each rack, -1 if it is Lost now.
    """

    rows: tuple[Row, ...]
    bases: Ints
    groups: tuple[int, ...]
    entry_rows: Ints
    entry_kinds: Ints
    entry_coefs: Ints
    rack_kinds: Ints
    kinds: int
    racks: tuple[RackFigures, ...]


@dataclass(frozen=True, slots=True)
class RackFigures:
    """What a rack's own status needs. mW. `diverted`: the state in which its loop heat goes to air."""

    name: str
    out: bool
    capacity: int
    base: int
    air_limit: int | None
    base_air: int
    diverted: State | None


def effect(state: State, outcomes: Mapping[str, Outcome]) -> FailureEffect:
    """Racks that do not survive, by what becomes of them."""
    lost = tuple([rack for rack, outcome in outcomes.items() if outcome is Outcome.LOST])
    throttled = tuple([rack for rack, outcome in outcomes.items() if outcome is Outcome.THROTTLED])
    return FailureEffect(state, lost, throttled)


def describe(table: StatusTable, loads: Ints) -> tuple[RowStatus, ...]:
    """Status of every subject, then of every rack. `loads`: racks x 3, mW, base loads not included."""
    return (*_subjects(table, loads), *_racks(table, loads))


def _subjects(table: StatusTable, loads: Ints) -> Iterator[RowStatus]:
    live = table.rack_kinds >= 0
    by_kind = np.zeros((table.kinds, 3), dtype=np.int64)
    np.add.at(by_kind, table.rack_kinds[live], loads[live])
    parts = by_kind[table.entry_kinds]
    sums = sum_rows(table.entry_rows, table.entry_coefs, parts, len(table.rows)) + table.bases
    reserved = (-(-sums // PPM)).tolist()
    for start, end in zip(table.groups, table.groups[1:], strict=False):
        normal = table.rows[start]
        worst = max(range(start + 1, end), key=reserved.__getitem__, default=None)
        yield RowStatus(
            normal.kind, normal.subject, normal.subject_type, normal.capacity, reserved[start],
            reserved[start] if worst is None else reserved[worst],
            "" if worst is None else table.rows[worst].state.name,
        )


def _racks(table: StatusTable, loads: Ints) -> Iterator[RowStatus]:
    for rack, (power, air, liquid) in zip(table.racks, loads.tolist(), strict=True):
        drawn = 0 if rack.out else power + rack.base
        yield RowStatus(RowKind.RACK, rack.name, "", rack.capacity, drawn, drawn, "")
        if rack.air_limit is not None:
            yield _rack_air(rack, rack.air_limit, Load(power, air, liquid))


def _rack_air(rack: RackFigures, limit: int, load: Load) -> RowStatus:
    """Heat in air. Where the loop is dead and the nodes run on, that is all their heat."""
    heat, everything = load.air + rack.base_air, load.air + load.liquid + rack.base
    if rack.out:
        heat = everything = 0
    if rack.diverted is None:
        return RowStatus(RowKind.RACK_AIR, rack.name, "", limit, heat, heat, "")
    if rack.diverted.normal:
        return RowStatus(RowKind.RACK_AIR, rack.name, "", limit, everything, everything, "")
    return RowStatus(RowKind.RACK_AIR, rack.name, "", limit, heat, everything, rack.diverted.name)
