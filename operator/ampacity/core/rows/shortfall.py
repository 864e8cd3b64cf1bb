"""A row that is short, as data and as the sentence people read."""

from __future__ import annotations

from dataclasses import dataclass

from ampacity.core.rows.model import Row, RowKind
from ampacity.core.site import State
from ampacity.core.units import format_power

_LOCAL = {
    RowKind.RACK: "its own power limit",
    RowKind.RACK_AIR: "its own limit of heat into air",
    RowKind.SHELVES: "its live power shelves",
}
_SHARES = {
    RowKind.SHARE: "share of {}",
    RowKind.REST: "power beside what is kept for {}",
}


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A row that is short: by how much (mW, at least 1) and in which state."""

    site: str
    rack: str
    row: Row
    short: int

    def limit(self) -> str:
        """The limit alone, as the sentence names it: "PDU pdu-3", "its own power limit"."""
        return named(self.row, self.rack)

    def sentence(self) -> str:
        """For people: "rack r12: PDU pdu-3 short by 3.1 kW if feed b fails"."""
        if self.row.kind is RowKind.OUT:
            return f"rack {self.rack}: out of service, it has no live {self.row.subject_type}"
        if self.row.kind in _SHARES:
            whole = f"{named(self.row)} ({format_power(self.row.capacity)})"
            return f"{whole} short by {format_power(self.short)}"
        short = f"rack {self.rack}: {named(self.row, self.rack)} short by {format_power(self.short)}"
        return short + failing(self.row.state)


def failing(state: State) -> str:
    """" if feed b fails", or nothing in normal operation."""
    return "" if state.normal else f" if {called(state.failed_type, state.name)} fails"


def spoken(type_name: str) -> str:
    """A type inside a sentence: Feed becomes feed, UPS stays UPS."""
    return type_name.lower() if type_name.istitle() else type_name


def called(type_name: str, name: str) -> str:
    """A part inside a sentence: "feed b", "UPS ups-1"; a utility called utility is just "utility"."""
    word = spoken(type_name)
    return name if word.lower() == name.lower() else f"{word} {name}"


def named(row: Row, rack: str = "") -> str:
    """A row's limit in words, as one of `rack`: "PDU pdu-3", "its own power limit"."""
    if row.kind in _LOCAL:
        return _LOCAL[row.kind]
    if row.kind in _SHARES:
        return _SHARES[row.kind].format(row.subject)
    if row.kind is RowKind.SUPPLIES:
        return f"live power supplies of node {row.subject}"
    if row.kind is RowKind.CORD:
        consumer, _, supplier = row.subject.rpartition(" via ")
        owner = "its cord" if consumer == rack else f"cord of {consumer}"
        return f"{owner} to {called(row.subject_type, supplier)}"
    name = called(row.subject_type, row.subject)
    return name if row.kind is RowKind.DOMAIN else f"cooling of {name}"
