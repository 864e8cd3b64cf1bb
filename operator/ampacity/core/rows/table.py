"""Making the table behind `describe`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ampacity.core.rows.columns import Columns
from ampacity.core.rows.dominate import Limit
from ampacity.core.rows.hall import Hall
from ampacity.core.rows.limits import SubjectLimits, needed
from ampacity.core.rows.model import Row
from ampacity.core.rows.sources import rack_base
from ampacity.core.rows.status import RackFigures, StatusTable
from ampacity.core.rows.sums import Ints, bounded


def make_table(hall: Hall, subjects: Sequence[SubjectLimits], columns: Columns) -> StatusTable:
    """Per subject its normal row and then the failure rows kept of it; per rack its figures."""
    groups, limits = [0], []
    for subject in subjects:
        limits += [subject.normal, *(limit for limit in subject.kept if limit.situation)]
        groups.append(len(limits))
    flat = [(row, kind, coefs) for row, limit in enumerate(limits) for kind, coefs in limit.coefs.items()]
    lost = np.array([bool(hall.fates[kind].lost) for kind in hall.sources.of_rack], dtype=np.bool_)
    return StatusTable(
        rows=tuple([_status_row(hall, limit) for limit in limits]),
        bases=bounded(limit.base for limit in limits),
        groups=tuple(groups),
        entry_rows=np.array([row for row, _, _ in flat], dtype=np.int64),
        entry_kinds=np.array([kind for _, kind, _ in flat], dtype=np.int64),
        entry_coefs=np.array([coefs for _, _, coefs in flat], dtype=np.int64).reshape(-1, 3),
        rack_kinds=np.where(lost, -1, np.array(hall.sources.of_rack, dtype=np.int64)),
        kinds=hall.sources.kinds,
        racks=tuple(_figures(hall, _alone(columns))),
    )


def _status_row(hall: Hall, limit: Limit) -> Row:
    """What is out of service now has no capacity, so nobody reads headroom into it."""
    row, standing = hall.name_row(limit), hall.states[0].dead
    return replace(row, capacity=0) if needed(hall.graph, limit.subject) & standing else row


def _alone(columns: Columns) -> Ints:
    """Per rack, the most watts (mW, base not included) that its column allows with nothing else running."""
    power = columns.entry_coefs[:, 0]
    room = columns.capacity[columns.entry_rows]
    most = np.where(power > 0, room // np.maximum(power, 1), np.iinfo(np.int64).max)
    return np.minimum.reduceat(most, columns.indptr[:-1]) if len(most) else most


def _figures(hall: Hall, alone: Ints) -> Iterator[RackFigures]:
    for rack, kind, most in zip(hall.site.racks, hall.sources.of_rack, alone.tolist(), strict=True):
        fate, base = hall.fates[kind], rack_base(rack)
        out = bool(fate.lost)
        diverted = None if fate.diverted is None else hall.states[fate.diverted].state
        yield RackFigures(
            rack.name, out, 0 if out else most + base.power, base.power, rack.air_limit, base.air, diverted)
