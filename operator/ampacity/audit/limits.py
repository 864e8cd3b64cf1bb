"""Every limit of a site, and readings of load against it with a sentence for those exceeded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ampacity.core.site import Edge, Rack, Site, State
from ampacity.core.units import format_power

DOMAIN, CORD, COOLING = "domain", "cord", "cooling"
RACK, RACK_AIR, SHELVES, SUPPLIES = "rack", "rack air", "shelves", "supplies"
SHARE, REST = "share", "rest"

Key = tuple[str, ...]
"""A limit's kind, then whose it is."""

_VERBS = {
    DOMAIN: "carries",
    CORD: "carries",
    RACK: "draws",
    RACK_AIR: "gives into air",
    SHELVES: "draws through its power shelves",
    COOLING: "takes heat of",
    SUPPLIES: "draws through its live power supplies",
    SHARE: "draws",
    REST: "draws",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit; `label` names it for people; mW."""

    key: Key
    label: str
    capacity: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Load on one limit in one state, in exact mW."""

    limit: Limit
    state: State
    load: Fraction | int

    @property
    def over(self) -> bool:
        return self.load > self.limit.capacity

    def sentence(self) -> str:
        """ "UPS ups-a carries 54.3 kW, 300 W more than its 54 kW, if UPS ups-b fails"."""
        # Rounded up, so that an excess of less than a milliwatt is not told as none.
        excess = -((self.limit.capacity - self.load) // 1)
        load = format_power(-(-self.load // 1))
        when = "" if self.state.normal else f", if {_called(self.state)} fails"
        what = f"{self.limit.label} {_VERBS[self.limit.key[0]]} {load}"
        return f"{what}, {format_power(excess)} more than its {format_power(self.limit.capacity)}{when}"


def _called(state: State) -> str:
    """What fails, as the operator's own sentences name it: "UPS ups-b", "feed b"."""
    word = state.failed_type.lower() if state.failed_type.istitle() else state.failed_type
    return state.name if word.lower() == state.name.lower() else f"{word} {state.name}"


def limits_of(site: Site) -> tuple[Limit, ...]:
    """What the site's envelope limits, from the meter to the racks."""
    return tuple(_limits(site))


def _limits(site: Site) -> Iterator[Limit]:
    for domain in site.domains:
        yield Limit((DOMAIN, domain.name), f"{domain.type} {domain.name}", domain.capacity)
        yield from _cords(domain.name, domain.suppliers)
    for unit in site.cooling:
        yield Limit((COOLING, unit.name), f"{unit.type} {unit.name}", unit.capacity)
        yield from _cords(unit.name, unit.power)
    for rack in site.racks:
        yield from _rack_limits(rack)


def _rack_limits(rack: Rack) -> Iterator[Limit]:
    yield from _cords(rack.name, rack.power)
    if rack.limit is not None:
        yield Limit((RACK, rack.name), f"rack {rack.name}", rack.limit)
    if rack.air_limit is not None:
        yield Limit((RACK_AIR, rack.name), f"rack {rack.name}", rack.air_limit)
    if rack.shelves is not None:
        yield Limit((SHELVES, rack.name), f"rack {rack.name}", rack.shelves.count * rack.shelves.watts)


def _cords(consumer: str, edges: Sequence[Edge]) -> Iterator[Limit]:
    for index, edge in enumerate(edges):
        if edge.breaker is not None:
            label = f"the cord from {edge.supplier} to {consumer}"
            yield Limit((CORD, consumer, str(index)), label, edge.breaker)
