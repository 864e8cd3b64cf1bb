"""The racks of a fleet filled with its nodes, and each site's rows for what its racks hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ampacity.core.rows import RackContents, SiteRows
from ampacity.core.site import Site
from ampacity.translate.fleet.places import Fleet
from ampacity.translate.fleet.whereabouts import Spot
from ampacity.translate.profiles.hardware import Hardware
from ampacity.translate.snapshot.buildable import rows_of
from ampacity.translate.snapshot.racks import RackStock, take_stock


@dataclass(frozen=True, slots=True)
class Stock:
    """What every rack holds, and the rows of every site. `broken`: sites without true rows, and why."""

    racks: Mapping[Spot, RackStock]
    rows: Mapping[str, SiteRows]
    broken: Mapping[str, str] = field(default_factory=dict)


class Stocktaker:
    """Keeps a stock: racks are counted anew when the fleet changes, rows are built anew when contents do."""

    def __init__(self) -> None:
        self._fleet: Fleet | None = None
        self._stock = Stock({}, {})
        self._built: dict[str, tuple[Site, dict[str, RackContents], tuple[SiteRows, str]]] = {}

    def update(self, fleet: Fleet) -> Stock:
        """The stock of this fleet; the same object for the same fleet."""
        if fleet is not self._fleet:
            racks = _racks(fleet)
            built = {name: self._rows(site, racks) for name, site in fleet.sites.items()}
            self._built = {name: self._built[name] for name in built}
            rows = {name: rows for name, (rows, _) in built.items()}
            broken = {name: why for name, (_, why) in built.items() if why}
            self._fleet, self._stock = fleet, Stock(racks, rows, broken)
        return self._stock

    def _rows(self, site: Site, racks: Mapping[Spot, RackStock]) -> tuple[SiteRows, str]:
        contents = {rack.name: racks[site.name, rack.name].contents(rack.base_load) for rack in site.racks}
        known = self._built.get(site.name)
        if known is not None and known[0] is site and known[1] == contents:
            return known[2]
        rows = rows_of(site, contents)
        self._built[site.name] = (site, contents, rows)
        return rows


def _racks(fleet: Fleet) -> dict[Spot, RackStock]:
    present: dict[Spot, list[Hardware]] = {spot: [] for spot in fleet.racks}
    doubtful: dict[Spot, list[Hardware]] = {spot: [] for spot in fleet.racks}
    for place in fleet.places.values():
        if place.rack is not None and place.hardware is not None:
            present[place.site, place.rack].append(place.hardware)
        for spot, hardware in place.maybe:
            doubtful[spot].append(hardware)
    return {
        spot: take_stock(rack, present[spot], doubtful[spot], fleet.book.named)
        for spot, rack in fleet.racks.items()
    }
