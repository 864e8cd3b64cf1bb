"""What all sites offer together, as arrays: berths, and the limits that berths share.

Counts and coefficients are exact integers, so that "fits" has no epsilon; what HiGHS finds in floating
point is checked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ampacity.core.distribution.model import Berth, Limit, SiteRoom

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
UNLIMITED = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """Berths of all sites one after the other, and limits with their entries.

    `slots`: [berths] left; `left`: [limits]; entries: `limit`, `berth`, `coef` (all above 0).
    """

    number: Mapping[tuple[str, str], int]
    berths: tuple[tuple[str, Berth], ...]
    limits: tuple[tuple[str, Limit], ...]
    slots: Ints
    left: Ints
    limit: Ints
    berth: Ints
    coef: Ints

    def use(self, counts: Ints) -> Ints:
        """What `counts` [berths] add to each limit."""
        used = np.zeros(len(self.left), np.int64)
        np.add.at(used, self.limit, self.coef * counts[self.berth])
        return used

    def less(self, counts: Ints) -> Room:
        """The room beside `counts` [berths]; may be negative where too much stands there already."""
        return replace(self, slots=self.slots - counts, left=self.left - self.use(counts))

    def fits(self, counts: Ints) -> bool:
        """Do `counts` hold everywhere?"""
        return bool((counts <= self.slots).all() and (self.use(counts) <= self.left).all())

    def tight(self, counts: Ints) -> Mask:
        """Berths where fewer would have to stand for `counts` to hold: [berths]."""
        over = self.use(counts) > self.left
        tight: Mask = counts > self.slots
        tight[self.berth[over[self.limit]]] = True
        return tight

    def limited(self, site: str, limit: Limit) -> Room:
        """The room with one more limit; it counts all that stands there, so `self` must be as it was read."""
        berth = np.array([self.number[site, footprint] for footprint, _ in limit.coefs], np.int64)
        coef = np.array([coef for _, coef in limit.coefs], np.int64)
        return replace(
            self,
            limits=(*self.limits, (site, limit)),
            left=np.append(self.left, limit.most),
            limit=np.append(self.limit, np.full(len(berth), len(self.limits))),
            berth=np.append(self.berth, berth),
            coef=np.append(self.coef, coef),
        )

    def short(self, berth: int) -> tuple[int, int, int] | None:
        """The limit that one more replica would exceed most, relative to what it takes there; by how much,
        and what it takes. None if it would exceed none. Of two, the one that is not derived from others."""
        inside = np.flatnonzero(self.berth == berth)
        coefs = self.coef[inside]
        over = coefs - self.left[self.limit[inside]]
        if not len(inside) or over.max() <= 0:
            return None
        derived = np.array([self.limits[limit][1].derived for limit in self.limit[inside].tolist()])
        worst = max(np.flatnonzero(over > 0).tolist(), key=lambda n: (not derived[n], over[n] / coefs[n]))
        return int(self.limit[inside[worst]]), int(over[worst]), int(coefs[worst])


def read_room(sites: Sequence[SiteRoom]) -> Room:
    """Arrays of the sites, in the order given."""
    berths = tuple([(site.name, berth) for site in sites for berth in site.berths])
    limits = tuple([(site.name, limit) for site in sites for limit in site.limits])
    number = {(site, berth.footprint): index for index, (site, berth) in enumerate(berths)}
    entries = [
        (index, number[site, footprint], coef)
        for index, (site, limit) in enumerate(limits)
        for footprint, coef in limit.coefs
        if coef > 0 and (site, footprint) in number
    ]
    limit, berth, coef = np.array(entries, np.int64).reshape(-1, 3).T
    slots = np.array([berth.slots for _, berth in berths], np.int64)
    left = np.array([min(one.most, UNLIMITED) for _, one in limits], np.int64)
    return Room(number, berths, limits, slots, left, limit, berth, coef)
