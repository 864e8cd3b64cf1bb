"""What of a pool's demand is served by the replicas that are ready, on the way to what was decided.

Sites take their shares first, as far as they are ready, and a little beyond (`Policy.band`). What is left
over goes to whoever has replicas to spare and may serve the region, region after region in the order of the
pool: a greedy answer, which may be less than the best one, and never more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ampacity.core.distribution.model import Demand
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.targets import Targets

_BAND = 1 + Policy().band


def served_now(
    targets: Targets,
    demand: Sequence[Demand],
    ready: Mapping[str, int],
    order: Callable[[str], Sequence[str]],
) -> dict[str, float]:
    """By region, requests/s. `ready`: replicas by site; `order`: sites that may serve a region, best first.

    Work is split over regions by requests; where their tokens differ that is an estimate.
    """
    asked = sum(one.requests for one in demand)
    if not asked:
        return {one.region: 0.0 for one in demand}
    unit = targets.work / asked
    left = {site: count * _rate(targets, site) for site, count in ready.items()}
    missing = _after_shares(targets, demand, left, unit)
    for region in missing:
        for site in order(region):
            more = min(missing[region], left.get(site, 0.0))
            missing[region] -= more
            left[site] = left.get(site, 0.0) - more
    found = {one.region: one.requests - missing[one.region] / unit if unit else 0.0 for one in demand}
    return {region: max(0.0, requests) for region, requests in found.items()}


def _after_shares(
    targets: Targets, demand: Sequence[Demand], left: dict[str, float], unit: float
) -> dict[str, float]:
    """Work that each region lacks once sites took their shares, as far as what is `left` there goes."""
    lost = {one.region: one.part for one in targets.unserved}
    flows = {
        (one.region, share.site): one.requests * unit * (1 - lost.get(one.region, 0.0)) * share.part
        for one in demand
        for share in targets.shares.get(one.region, ())
    }
    load: dict[str, float] = {}
    for (_, site), flow in flows.items():
        load[site] = load.get(site, 0.0) + flow
    part = {
        site: min(1.0, left.get(site, 0.0) * _BAND / flow) if flow else 1.0 for site, flow in load.items()
    }
    for site, flow in load.items():
        left[site] = max(0.0, left.get(site, 0.0) - flow * part[site])
    missing = {one.region: one.requests * unit for one in demand}
    for (region, site), flow in flows.items():
        missing[region] -= flow * part[site]
    return missing


def _rate(targets: Targets, site: str) -> float:
    """Work of a replica at the site: the mean of those that belong there, else the least of all."""
    there = targets.at(site)
    if not there:
        return min(targets.rate.values(), default=1.0)
    return sum(count * targets.rate.get(variant, 1.0) for variant, count in there.items()) / sum(
        there.values()
    )
