"""Which part of an origin's traffic goes to which site, by what is ready and not by what is meant to be.

An origin is whoever comes in at one gateway. It has a row of the distribution: a share for each site that is
to serve it. A site takes its share as far as its replicas are ready. What is left over spills

1. to ready replicas beyond what the distribution counts on, in the origin's own order, the nearest first, as
   long as there are some (those of a site that is just being left are such, and so are surplus ones);
2. then to all sites that may serve the origin, by their ready replicas: nobody has any to spare, so all go
   short alike.

One share stands for as much work as all of the pool's targets together, which is exact for a pool with one
origin and careful for others: where all origins spill at once, what they send to a site is what it has to
spare. With everything ready nothing is left over, and the weights are the row itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TOTAL = 1_000
"""What the weights of an origin sum to. Less than a thousandth of the traffic is not worth a write."""

MOST = 16
"""Backends that one rule of an HTTPRoute may have."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A site that may serve an origin. `ready`: replicas that are; `target`: those that are to be."""

    site: str
    ready: int
    target: int = 0
    share: float = 0.0


def weights(stops: Sequence[Stop], replicas: int) -> dict[str, int]:
    """Weights above 0 by site; they sum to TOTAL, or there are none as nothing is ready.

    `stops`: in the order in which the origin spills; `replicas`: the pool's targets at all sites together.
    """
    ready = sum(stop.ready for stop in stops)
    if not ready:
        return {}
    parts = _parts(stops, max(1, replicas))
    rest = max(0.0, 1 - sum(parts.values()))
    even = {stop.site: parts[stop.site] + rest * stop.ready / ready for stop in stops}
    return _whole(even)


def by_readiness(sites: Mapping[str, int]) -> dict[str, int]:
    """Weights of an origin that has no row: by ready replicas. `sites`: those that may serve it."""
    return weights([Stop(site, ready, ready) for site, ready in sorted(sites.items())], 0)


def _parts(stops: Sequence[Stop], replicas: int) -> dict[str, float]:
    """The row as far as it is ready, and what the first stops have to spare."""
    parts = {stop.site: stop.share * _readiness(stop) for stop in stops}
    rest = max(0.0, 1 - sum(parts.values()))
    for stop in stops if any(stop.share for stop in stops) else ():
        more = min(rest, max(0, stop.ready - stop.target) / replicas)
        parts[stop.site] += more
        rest -= more
    return parts


def _readiness(stop: Stop) -> float:
    if not stop.ready or not stop.target:
        return float(bool(stop.ready))
    return min(1.0, stop.ready / stop.target)


def _whole(parts: Mapping[str, float]) -> dict[str, int]:
    """Whole numbers that sum to TOTAL, of the largest parts: the largest remainders are rounded up."""
    most = sorted(parts, key=lambda site: (-parts[site], site))[:MOST]
    scale = TOTAL / sum(parts[site] for site in most)
    exact = {site: parts[site] * scale for site in most}
    found = {site: int(exact[site]) for site in most}
    missing = TOTAL - sum(found.values())
    for site in sorted(most, key=lambda site: (found[site] - exact[site], site))[:missing]:
        found[site] += 1
    return {site: weight for site, weight in sorted(found.items()) if weight}
