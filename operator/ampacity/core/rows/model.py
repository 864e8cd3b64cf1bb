"""What rows are made of. Row sums are integers in ppm * mW (nanowatts), so "fits" has no epsilon."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ampacity.core.site import State


class RowKind(StrEnum):
    """What kind of limit a row is; with its subject it is the row's stable name."""

    DOMAIN = "Domain"            # output of a power domain
    CORD = "Cord"                # breaker on one edge (rack, domain or cooling unit to supplier)
    SHELVES = "Shelves"          # a rack's own power supplies
    RACK = "Rack"                # a rack's own power limit
    RACK_AIR = "RackAir"         # a rack's own limit of heat into air
    LIQUID = "Liquid"            # a coolant loop
    AIR = "Air"                  # a room-air unit
    SUPPLIES = "NodeSupplies"    # one node's power supplies (checked per node, never in a column)
    SHARE = "Share"              # what a class of work may have at most (see `shares`)
    REST = "Rest"                # what is left beside the power that is kept for classes of work
    OUT = "OutOfService"         # a rack that what is declared failed leaves without power or cooling


@dataclass(frozen=True, slots=True)
class Row:
    """One limit in one state. `subject` is the domain, cooling unit, rack or "rack via supplier".

    `subject_type` is the domain's type (UPS, Busway, ...) for sentences; of a
    cord its supplier's type; of an OUT row what is missing: power, coolant or air.
    `capacity` in mW. `base`: constant load on the row (domain and rack base
    loads), in nW.
    """

    kind: RowKind
    subject: str
    subject_type: str
    state: State
    capacity: int
    base: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A rack's coefficients on one row, ppm per part of its load; rounded up."""

    row: int
    power: int
    air: int
    liquid: int


Column = tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class RackContents:
    """What a rack's nodes need, which decides Throttled: from profiles, not from present load.

    `maximum`: the rack at full draw, base load included (mW). `nodes`: per distinct node type
    (nameplate maximum mW, its power-supply count, watts each in mW).
    `needs_liquid`: some node cannot run on air.
    """

    maximum: int = 0
    nodes: tuple[tuple[int, int, int], ...] = ()
    needs_liquid: bool = False


@dataclass(frozen=True, slots=True)
class RowStatus:
    """One domain, cooling unit, rack or cord between domains for people, mW: now and in its worst failure.

    `worst_state` is the single failure with the least headroom ("" if none touches it).
    A rack's `capacity` is what it could draw if it were alone: the least that its own
    limits and those above it allow in any state; 0 if it is Lost now.
    """

    kind: RowKind
    subject: str
    subject_type: str
    capacity: int
    reserved: int
    worst_reserved: int
    worst_state: str

    @property
    def headroom(self) -> int:
        """Least headroom over normal operation and every single failure, mW; negative when over."""
        return self.capacity - max(self.reserved, self.worst_reserved)


@dataclass(frozen=True, slots=True)
class FailureEffect:
    """What one state costs: racks by name, in the site's order. Racks in neither list survive it."""

    state: State
    lost: tuple[str, ...]
    throttled: tuple[str, ...]
