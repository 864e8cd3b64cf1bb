"""The limits of a site for people: which one binds, what is over, and each as a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ampacity.apis.envelope_status import Binding, LimitStatus
from ampacity.core.load import Load
from ampacity.core.rows import Row, RowKind, RowStatus, SiteRows
from ampacity.core.rows.shortfall import failing, spoken
from ampacity.core.site import Declared
from ampacity.core.units import PPM, format_power

_OWN = {
    RowKind.RACK: "power limit of rack {}",
    RowKind.RACK_AIR: "air limit of rack {}",
    RowKind.SHELVES: "power shelves of rack {}",
}


@dataclass(frozen=True, slots=True)
class Slack:
    """A limit and what is left on it, mW; negative if over."""

    row: Row
    left: int

    def sentence(self) -> str:
        """For people: "UPS ups-a has 3.1 kW left if UPS ups-b fails"."""
        if self.left < 0:
            return f"{row_name(self.row)} is over by {format_power(-self.left)}{failing(self.row.state)}"
        return f"{row_name(self.row)} has {format_power(self.left)} left{failing(self.row.state)}"


def slacks(rows: SiteRows, loads: Mapping[str, Load]) -> list[Slack]:
    """All limits of the constraint system, least left first."""
    left = (rows.capacity - rows.usage(loads)) // PPM
    order = np.argsort(left, kind="stable").tolist()
    return [Slack(rows.rows[i], int(left[i])) for i in order if rows.rows[i].kind is not RowKind.OUT]


def over(found: list[Slack]) -> Iterator[Slack]:
    """Those that are over, worst first."""
    return (slack for slack in found if slack.left < 0)


def binding(found: list[Slack]) -> Binding | None:
    """The limit with the least left."""
    if not found:
        return None
    row, left = found[0].row, found[0].left
    return Binding(
        kind=row.kind.value,
        name=row.subject,
        failure=None if row.state.normal else row.state.name,
        headroom=format_power(left),
        message=found[0].sentence(),
    )


def limit_status(row: RowStatus) -> LimitStatus:
    """One described subject as the status shows it."""
    fails = row.worst_state if row.worst_state and row.worst_reserved > row.reserved else None
    return LimitStatus(
        name=row.subject,
        type=row.subject_type or row.kind.value,
        capacity=format_power(row.capacity),
        reserved=format_power(row.reserved),
        headroom=format_power(row.headroom),
        worst_failure=fails,
        worst_reserved=format_power(row.worst_reserved) if fails else None,
    )


def live_sources(rows: SiteRows) -> frozenset[str]:
    """Sources in service that carry load now; all in service if no load reaches any of them.

    A standby generator on a 0 % share carries nothing while the meter lives.
    """
    live = {d.name for d in rows.site.domains if not d.suppliers and d.state is Declared.HEALTHY}
    table = rows.table
    used = set(table.entry_rows[(table.entry_coefs > 0).any(axis=1)].tolist())
    normal = [start for start in table.groups[:-1] if start in used or table.bases[start] > 0]
    carrying = {table.rows[start].subject for start in normal if table.rows[start].kind is RowKind.DOMAIN}
    return frozenset(live & carrying or live)


def row_name(row: Row) -> str:
    """What a limit belongs to: "UPS ups-a", "cord of r1 to UPS ups-a"."""
    if row.kind in _OWN:
        return _OWN[row.kind].format(row.subject)
    if row.kind is RowKind.CORD:
        consumer, _, supplier = row.subject.rpartition(" via ")
        return f"cord of {consumer} to {spoken(row.subject_type)} {supplier}"
    return f"{spoken(row.subject_type)} {row.subject}"
