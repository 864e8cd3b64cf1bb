"""Sources of load: racks that hang on the same edges, and the base loads of domains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ampacity.core.load import NOTHING, Load
from ampacity.core.site import Domain, Edge, Rack, Site


@dataclass(frozen=True, slots=True)
class Source:
    """What draws together. `above`: everything that may carry it or cool it, up to the meters.

    Racks on the same edges are one source, since a walk is linear in their sum;
    `on_air`: nothing in them needs liquid. Without racks it is the base load of `domain`.
    """

    above: frozenset[str]
    racks: tuple[Rack, ...] = ()
    on_air: bool = False
    domain: Domain | None = None


def sources_of(site: Site, on_air: Collection[str]) -> tuple[Source, ...]:
    """All sources of a site. `on_air`: names of racks in which nothing needs liquid."""
    feeds: dict[str, tuple[Edge, ...]] = {domain.name: domain.suppliers for domain in site.domains}
    feeds |= {unit.name: unit.power for unit in site.cooling}
    groups: defaultdict[object, list[Rack]] = defaultdict(list)
    for rack in site.racks:
        groups[rack.power, rack.liquid, rack.air, rack.name in on_air].append(rack)
    found = [
        Source(_above(_edges(racks[0]), feeds), tuple(racks), racks[0].name in on_air)
        for racks in groups.values()
    ]
    for domain in site.domains:
        if domain.base_load:
            above = _above(domain.suppliers, feeds) | {domain.name}
            found.append(Source(above, domain=domain))
    return tuple(found)


def rack_draw(rack: Rack, nodes: Load = NOTHING) -> Load:
    """A rack's whole draw: its nodes, and its base load, whose heat goes to the loop where it has one."""
    if rack.liquid:
        return nodes + Load(rack.base_load, rack.base_air, rack.base_load - rack.base_air)
    return nodes + Load(rack.base_load, rack.base_load)


def _edges(rack: Rack) -> tuple[Edge, ...]:
    return (*rack.power, *rack.liquid, *rack.air)


def _above(edges: Iterable[Edge], feeds: Mapping[str, tuple[Edge, ...]]) -> frozenset[str]:
    found: set[str] = set()
    queue = [edge.supplier for edge in edges]
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += [edge.supplier for edge in feeds[name]]
    return frozenset(found)
