"""Which sites may serve an origin, in which order, and with which part of it. Pure.

What the distribution decided is a moment old, and a pool's word may have changed since. So who may serve whom
is judged here anew, from the pool, its namespace and the sites as they are: no weight ever leads out of
residency, whatever a row says. Replicas that are to leave a site serve on until others have taken over, but
not at a site that somebody has declared lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from ampacity.core.bounds import may_stay
from ampacity.core.distribution.flows import Flow, flows
from ampacity.core.distribution.model import Pool as Wish
from ampacity.core.distribution.targets import Targets
from ampacity.core.residency import Namespaces
from ampacity.core.site import Site
from ampacity.translate.pools.pool import bounds_of
from ampacity.translate.records import PoolRecord
from ampacity.translate.residency import areas_at
from ampacity.translate.serving.weights import by_readiness, weights


@dataclass(frozen=True, slots=True)
class Standing:
    """A pool as it stands. `ready`: replicas by site; `targets`: None where nothing was decided (yet);
    `closed`: sites that are lost, as somebody says or as nothing answers there."""

    record: PoolRecord
    ready: Mapping[str, int]
    sites: Mapping[str, Site]
    namespaces: Namespaces
    targets: Targets | None = None
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Split:
    """Where an origin's traffic goes: weights above 0 by site. `order`: the sites that may serve it, as it
    spills, whether anything is ready there or not."""

    weights: Mapping[str, int] = field(default_factory=dict)
    order: tuple[str, ...] = ()


def split(pool: Standing, region: str) -> Split:
    """Of one origin; see `Origins` for several of one pool."""
    return Origins(pool).split(region)


class Origins:
    """All origins of one pool; what they have in common is worked out once."""

    def __init__(self, pool: Standing) -> None:
        self._pool, self._targets = pool, pool.targets or Targets()
        self._bounds = bounds_of(pool.record, pool.namespaces)
        self._open: dict[str, bool] = {}
        self._orders: dict[str, tuple[str, ...]] = {}
        self._flows: Mapping[str, Flow] | None = None

    def split(self, region: str) -> Split:
        """Of those who come from `region`; "" if nobody says where they come from."""
        order = self._stops(region)
        ready = {site: self._pool.ready.get(site, 0) for site in order}
        if not any(share.site in ready for share in self._targets.shares.get(region, ())):
            return Split(by_readiness(ready), order)
        flow = self._flow(region)
        row = {share.site: share.part * flow.unplaced for share in self._targets.shares[region]}
        return Split(weights(flow.parts, row, ready), order)

    def _flow(self, region: str) -> Flow:
        if self._flows is None:
            wish = self._pool.record.wish
            asked = {one.region: one.requests for one in wish.demand} if wish else {}
            requests = dict.fromkeys(self._targets.shares, 0.0) | asked
            orders = {one: self._stops(one) for one in requests}
            self._flows = flows(self._targets, requests, self._pool.ready, orders)
        return self._flows[region]

    def _stops(self, region: str) -> tuple[str, ...]:
        """Sites that may serve the region, in the order in which it spills."""
        if region not in self._orders:
            shares = [share.site for share in self._targets.shares.get(region, ())]
            self._orders[region] = tuple(
                site
                for site in self._order(region, shares)
                if self._is_open(site) and self._may_serve(region, site)
            )
        return self._orders[region]

    def _order(self, region: str, shares: Sequence[str]) -> Sequence[str]:
        """The region's own order, then what serves it beside that, then what stands elsewhere: nearest
        first."""
        others = sorted(self._pool.ready, key=lambda site: (site != region, self._rtt(region, site), site))
        return tuple(dict.fromkeys([*self._targets.spill.get(region, ()), *shares, *others]))

    def _rtt(self, region: str, site: str) -> float:
        """Infinite where nobody knows."""
        found = self._targets.rtts.get((region, site))
        return inf if found is None else found.ms

    def _is_open(self, name: str) -> bool:
        """Whether the pool may be served from there at all."""
        if name not in self._open:
            site = self._pool.sites.get(name)
            allowed = (
                not self._restricted() if site is None else may_stay(self._bounds, site) and not site.lost
            )
            self._open[name] = allowed and name not in self._pool.closed
        return self._open[name]

    def _restricted(self) -> bool:
        """Whether anybody says where the pool may be: then a site that nobody knows is no place for it."""
        record = self._pool.record
        named = record.residency or self._pool.namespaces.of(record.namespace)
        return bool(named or (record.wish and record.wish.residency))

    def _may_serve(self, region: str, name: str) -> bool:
        """Whether residency lets the region's requests go there, and it is near enough as far as is known."""
        wish, site = self._pool.record.wish, self._pool.sites.get(name)
        if wish is None or site is None:
            return True
        rtt = self._rtt(region, name)
        near = wish.max_rtt_ms is None or rtt == inf or rtt <= wish.max_rtt_ms
        return near and _resident(wish, site, region)


def _resident(wish: Wish, site: Site, region: str) -> bool:
    """Whether residency lets the region's requests go there; those of nobody knows where, everybody's."""
    areas = areas_at(site)
    regions = (region,) if region else ("", *{name for one in wish.residency for name in one.serve})
    return all(one.admits(areas, each) for one in wish.residency for each in regions)
