"""Regions of users: which are known, and how far sites are from them.

A region is known by the latency tables of envelopes, as the name of a site, or by the place that a pool
states. What an envelope measured wins; a site's own place wins over a pool's word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from ampacity.core.distribution.latency import ENDS_MS, latencies
from ampacity.core.distribution.model import Demand, Place, Pool, Rtt
from ampacity.core.site import Problem, Site


@dataclass(frozen=True, slots=True)
class Regions:
    """What the sites say of regions. `places`: sites' own; `measured`: by (region, site), ms."""

    places: Mapping[str, Place | None]
    measured: Mapping[tuple[str, str], float]

    @classmethod
    def of(cls, sites: Mapping[str, Site]) -> Regions:
        """As envelopes state them."""
        measured = {(region, name): ms for name, site in sites.items() for region, ms in site.latency.items()}
        return cls({name: _place(site) for name, site in sites.items()}, measured)

    @property
    def known(self) -> list[str]:
        """Regions that no pool has to place."""
        return sorted({region for region, _ in self.measured} | self.places.keys())

    def problems(self, wish: Pool) -> Iterator[Problem]:
        """A problem for each region that nobody knows, with the name that may have been meant."""
        known = self.known
        for number, demand in enumerate(wish.demand):
            if demand.place is None and demand.region not in known:
                close = get_close_matches(demand.region, known, n=1)
                meant = f"; did you mean {close[0]}?" if close else ""
                yield Problem(
                    f"spec.demand.regions[{number}].region",
                    f"no envelope has a round trip to {demand.region}, and no site has that name{meant}",
                    "correct the name, give its location, or add it to the latency of envelopes",
                )

    def placed(self, wish: Pool) -> Pool:
        """The pool without the places that sites state themselves."""
        demand = [
            replace(one, place=None) if self.places.get(one.region) is not None else one
            for one in wish.demand
        ]
        return replace(wish, demand=tuple(demand))

    def rtts(self, pools: Iterable[Pool]) -> dict[tuple[str, str], Rtt]:
        """By (origin, site), for all that the pools demand."""
        found: dict[tuple[str, str], Rtt] = {}
        for demand in {one.origin: one for pool in pools for one in pool.demand}.values():
            found |= self._from(demand)
        return found

    def _from(self, demand: Demand) -> dict[tuple[str, str], Rtt]:
        region, origin = demand.region, demand.origin
        here = demand.place or self.places.get(region)
        measured = {(origin, site): ms for (name, site), ms in self.measured.items() if name == region}
        found = latencies({origin: here}, self.places, measured)
        if region in self.places:
            found.setdefault((origin, region), Rtt(ENDS_MS))
        return found


def _place(site: Site) -> Place | None:
    if site.latitude is None or site.longitude is None:
        return None
    return Place(site.latitude, site.longitude)
