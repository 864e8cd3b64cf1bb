"""The site that is checked, with its names looked up and the line of the spec each part comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ampacity.core.site import CoolingUnit, Domain, Edge, Medium, Rack, Site


@dataclass(frozen=True, slots=True)
class Origins:
    """For each domain, cooling unit and rack of a site: the number of its line in the spec."""

    domains: Sequence[int]
    cooling: Sequence[int]
    racks: Sequence[int]

    @classmethod
    def of(cls, site: Site) -> Origins:
        """One line each, for a site that no pattern was used for."""
        return cls(range(len(site.domains)), range(len(site.cooling)), range(len(site.racks)))


@dataclass(slots=True)
class Graph:
    """The site with its names looked up, and where each part comes from."""

    site: Site
    origins: Origins
    domains: Mapping[str, Domain] = field(init=False)
    cooling: Mapping[str, CoolingUnit] = field(init=False)

    def __post_init__(self) -> None:
        self.domains = {domain.name: domain for domain in self.site.domains}
        self.cooling = {unit.name: unit for unit in self.site.cooling}

    def parts(self) -> Iterator[tuple[str, Domain | CoolingUnit]]:
        """Every domain and cooling unit with the path of its line."""
        for origin, domain in zip(self.origins.domains, self.site.domains, strict=True):
            yield f"spec.domains[{origin}]", domain
        for origin, unit in zip(self.origins.cooling, self.site.cooling, strict=True):
            yield f"spec.cooling[{origin}]", unit

    def racks(self) -> Iterator[tuple[str, Rack]]:
        """Every rack with the path of its line."""
        for origin, rack in zip(self.origins.racks, self.site.racks, strict=True):
            yield f"spec.racks[{origin}]", rack

    def power_edges(self) -> Iterator[tuple[str, str, tuple[Edge, ...]]]:
        """Every list of power suppliers: its path, whose it is, its edges."""
        for path, part in self.parts():
            if isinstance(part, Domain):
                yield f"{path}.suppliers", part.name, part.suppliers
            else:
                yield f"{path}.power", part.name, part.power
        for path, rack in self.racks():
            yield f"{path}.power", f"rack {rack.name}", rack.power

    def cooling_edges(self) -> Iterator[tuple[str, str, tuple[Edge, ...], Medium]]:
        """Every list of coolers of a rack: its path, the rack, its edges, the medium wanted."""
        for path, rack in self.racks():
            yield f"{path}.liquid", f"rack {rack.name}", rack.liquid, Medium.LIQUID
            yield f"{path}.air", f"rack {rack.name}", rack.air, Medium.AIR
