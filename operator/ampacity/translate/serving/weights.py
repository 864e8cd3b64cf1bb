"""Which part of an origin's traffic goes to which site, by what is ready and not by what is meant to be.

An origin is whoever comes in at one gateway. It has a row of the distribution: a share for each site that is
to serve it. A site takes its share as far as its replicas are ready; what is left over spills to replicas
that have something to spare, in the origin's own order (`core.distribution.flows`, for all origins together,
so that no two count on the same replica). If that is not enough, the part that was decided to have no place
goes by the row, and the rest to all sites that may serve the origin, by their ready replicas: nobody has any
to spare, so all go short alike.

With everything ready nothing is left over, and the weights are the row itself.
"""

from __future__ import annotations

from collections.abc import Mapping

TOTAL = 1_000
"""What the weights of an origin sum to. Less than a thousandth of the traffic is not worth a write."""

MOST = 16
"""Backends that one rule of an HTTPRoute may have."""


def weights(parts: Mapping[str, float], row: Mapping[str, float], ready: Mapping[str, int]) -> dict[str, int]:
    """Weights above 0 by site; they sum to TOTAL, or there are none as nothing is ready.

    `parts`: of the origin's traffic, by sites that do that much, which sum to 1 or less; `row`: the same of
    what goes by the row all the same; `ready`: replicas of the sites that may serve it, the nearest first.
    """
    replicas = sum(ready.values())
    if not replicas:
        return {}
    rest = max(0.0, 1 - sum(parts.values()))
    by_row = {site: min(part, rest) for site, part in row.items() if ready.get(site)}
    rest = max(0.0, rest - sum(by_row.values()))
    every = {
        site: parts.get(site, 0.0) + by_row.get(site, 0.0) + rest * count / replicas
        for site, count in ready.items()
    }
    return _whole(every)


def by_readiness(ready: Mapping[str, int]) -> dict[str, int]:
    """Weights of an origin that has no row: by ready replicas of the sites that may serve it."""
    return weights({}, {}, ready)


def _whole(parts: Mapping[str, float]) -> dict[str, int]:
    """Whole numbers that sum to TOTAL, of the largest parts, of equal ones the first: the largest remainders
    are rounded up."""
    most = sorted(parts, key=lambda site: -parts[site])[:MOST]
    scale = TOTAL / sum(parts[site] for site in most)
    exact = {site: parts[site] * scale for site in most}
    found = {site: int(exact[site]) for site in most}
    missing = TOTAL - sum(found.values())
    for site in sorted(most, key=lambda site: (found[site] - exact[site], site))[:missing]:
        found[site] += 1
    return {site: weight for site, weight in sorted(found.items()) if weight}
