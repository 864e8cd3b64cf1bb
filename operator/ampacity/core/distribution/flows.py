"""Which site serves which part of whose requests, by the replicas that are ready now.

Sites take their shares first, as far as they are ready, and a little beyond (`Policy.band`). What is left
over goes to whoever has replicas to spare and may serve the region: regions that have the fewest such sites
first, each in its own order. That is greedy, so it may serve less than the best answer, and never promises
more than is ready.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.targets import Targets

_BAND = 1 + Policy().band

_LEAST = 1e-9
"""Work of a region that asks for nothing now, so that it has somewhere to go once it does."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Of one region: parts of what it asks by site, which sum to 1 or less. `parts` above 0 only; `unplaced`:
    the part that was decided to have no place."""

    parts: Mapping[str, float] = field(default_factory=dict)
    unplaced: float = 0.0

    @property
    def served(self) -> float:
        """The part that is served."""
        return min(1.0, sum(self.parts.values()))


def flows(
    targets: Targets,
    requests: Mapping[str, float],
    ready: Mapping[str, int],
    order: Mapping[str, Sequence[str]],
) -> dict[str, Flow]:
    """By region. `requests`: requests/s; `ready`: replicas by site; `order`: the sites that may serve a
    region, as it spills.

    Work is split over regions by requests; where their tokens differ that is an estimate.
    """
    work = _work(targets, requests)
    left = {site: count * _rate(targets, site) for site, count in ready.items() if count}
    lost = {one.region: one.part for one in targets.unserved}
    placed = {region: need * (1 - lost.get(region, 0.0)) for region, need in work.items()}
    found = _shares(targets, placed, left, order)
    for region in sorted(work, key=lambda region: sum(site in left for site in order[region])):
        _spill(found[region], work[region], left, order[region])
    return {
        region: Flow({site: some / work[region] for site, some in taken.items()}, lost.get(region, 0.0))
        for region, taken in found.items()
    }


def _work(targets: Targets, requests: Mapping[str, float]) -> dict[str, float]:
    asked = sum(requests.values())
    unit = targets.work / asked if asked else 0.0
    return {region: max(_LEAST, count * unit) for region, count in requests.items()}


def _shares(
    targets: Targets, placed: Mapping[str, float], left: dict[str, float], order: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Work by region and site; sites that are asked for more than they do cut all regions alike. What they
    have to spare stays in `left`."""
    wanted = {
        region: {
            share.site: need * share.part
            for share in targets.shares.get(region, ())
            if share.site in left and share.site in order[region]
        }
        for region, need in placed.items()
    }
    load: dict[str, float] = {}
    for flows in wanted.values():
        for site, flow in flows.items():
            load[site] = load.get(site, 0.0) + flow
    part = {site: min(1.0, left[site] * _BAND / flow) for site, flow in load.items() if flow}
    for site, flow in load.items():
        left[site] = max(0.0, left[site] - flow * part.get(site, 0.0))
    return {
        region: {site: flow * part[site] for site, flow in flows.items() if flow}
        for region, flows in wanted.items()
    }


def _spill(taken: dict[str, float], need: float, left: dict[str, float], order: Sequence[str]) -> None:
    """Add to what a region has `taken` what others have to spare."""
    missing = need - sum(taken.values())
    for site in order:
        if missing <= need * _LEAST:
            return
        more = min(missing, left.get(site, 0.0))
        if more:
            taken[site] = taken.get(site, 0.0) + more
            left[site] -= more
            missing -= more


def _rate(targets: Targets, site: str) -> float:
    """Work of a replica at the site: the mean of those that belong there, else the least of all."""
    there = targets.at(site)
    if not there:
        return min(targets.rate.values(), default=1.0)
    return sum(count * targets.rate.get(variant, 1.0) for variant, count in there.items()) / sum(
        there.values()
    )
