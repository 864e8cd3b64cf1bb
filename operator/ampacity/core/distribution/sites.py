"""Why each site got its number of a pool's replicas: the one figure that keeps it from more.

A site would be given more if it could serve somebody better: a region that is short, or one that is served
from farther away or from a tier that is liked less. Then what it lacks for one more replica is why it has no
more. Where nobody would be better off, it has enough.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ampacity.core.distribution.answer import Short, SiteCause, SiteNumber
from ampacity.core.distribution.decide import Decision
from ampacity.core.distribution.eligibility import Bar, pair_bar, site_bar
from ampacity.core.distribution.explain import lacking
from ampacity.core.distribution.fleet import Fleet
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.settled import Settled

_SHOWN = 1e-3
"""Parts of a region's demand below a thousandth are not told."""


def site_numbers(decision: Decision) -> dict[tuple[str, str], SiteNumber]:
    """By (pool, site), for all pools that were decided, at all sites."""
    left = decision.room.less(decision.counts)
    return {
        (one.pool, one.site): one
        for settled in decision.settled
        for one in _numbers(settled, decision.fleet, left)
    }


def _numbers(settled: Settled, fleet: Fleet, left: Room) -> Iterator[SiteNumber]:
    block, name = settled.block, settled.block.pool.name
    points = {int(site): point for point, site in enumerate(block.site.tolist())}
    counts = np.bincount(block.option_point, settled.counts, len(block.site)).astype(np.int64)
    for number, site in enumerate(fleet.sites):
        point = points.get(number)
        if point is None:
            yield SiteNumber(name, site.name, 0, (), _unused(settled, fleet, number))
            continue
        count, serves, though = int(counts[point]), tuple(_serves(settled, point)), _though(settled, point)
        enough = "more are not needed" if count else "it is not needed"
        cause = lacking(settled, fleet, left, point) if though else _enough(site.name, enough)
        yield SiteNumber(name, site.name, count, serves, cause, though)


def _unused(settled: Settled, fleet: Fleet, number: int) -> SiteCause:
    """Why the site was not even looked at."""
    pool, site = settled.block.pool, fleet.sites[number]
    barred = site_bar(pool, site)
    if barred is not None:
        return SiteCause(site.name, barred.bar, barred.sentence)
    ms = fleet.ms(pool)[:, number].tolist()
    found = [pair_bar(pool, site, one.region, ms[i]) for i, one in enumerate(pool.demand)]
    if found and all(found):
        first = min((one for one in found if one), key=lambda one: list(Bar).index(one.bar))
        return SiteCause(site.name, first.bar, first.sentence)
    return _enough(site.name, "every region that it may serve has nearer sites")


def _enough(site: str, sentence: str) -> SiteCause:
    return SiteCause(site, Short.ENOUGH, sentence)


def _though(settled: Settled, point: int) -> str:
    """Who would be better off if the site had more."""
    block = settled.block
    for flow in np.flatnonzero(block.flow_point == point).tolist():
        region = int(block.flow_region[flow])
        name = block.regions[region]
        if settled.unserved[region]:
            return f"{name} is short" if name else "some wait"
        worse = (block.flow_region == region) & (block.flow_weight > block.flow_weight[flow])
        if (settled.flows[worse] > _SHOWN * block.work[region]).any():
            return f"{name} is served from farther away" if name else "others are in a tier liked less"
    return ""


def _serves(settled: Settled, point: int) -> Iterator[tuple[str, float]]:
    block = settled.block
    flows = np.flatnonzero((block.flow_point == point) & (settled.flows > 0)).tolist()
    parts = [
        (block.regions[region], float(settled.flows[flow] / block.work[region]))
        for flow in flows
        if block.regions[region := int(block.flow_region[flow])]
    ]
    yield from sorted((one for one in parts if one[1] > _SHOWN), key=lambda one: (-one[1], one[0]))
