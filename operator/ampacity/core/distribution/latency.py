"""Round trips between regions and sites: measured where somebody measured, else from the distance.

Estimate: great-circle distance, times a stretch, through fibre and back, plus a few ms for both ends. Light
in fibre does 204 km a ms (vacuum by the group index 1.4682 of standard single-mode fibre at 1550 nm). The
stretch of 2.1 is the rule of thumb that Bozkurt et al. report for the Internet ("Dissecting Latency in the
Internet's Fiber Infrastructure", 2018). Between the 21 regions of the cloud whose round trips we have (420
pairs) the median stretch is 1.7, so most pairs are faster than estimated, which is the safe side for a bound;
about one in four is slower, up to 5.5 times the ideal where cables make a detour. Measure where it matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import asin, cos, radians, sin, sqrt

from ampacity.core.distribution.model import Place, Rtt

EARTH_KM = 6371.0
FIBRE_KM_PER_MS = 299.792458 / 1.4682
STRETCH = 2.1
ENDS_MS = 2.0


def latencies(
    regions: Mapping[str, Place | None],
    sites: Mapping[str, Place | None],
    measured: Mapping[tuple[str, str], float],
) -> dict[tuple[str, str], Rtt]:
    """By (region, site). A pair is left out where nothing is measured and a place is unknown."""
    found: dict[tuple[str, str], Rtt] = {}
    for region, here in regions.items():
        for site, there in sites.items():
            if (region, site) in measured:
                found[region, site] = Rtt(measured[region, site], measured=True)
            elif here is not None and there is not None:
                found[region, site] = Rtt(estimate(here, there))
    return found


def estimate(here: Place, there: Place) -> float:
    """Round trip in ms that distance makes likely."""
    return ideal(here, there) * STRETCH + ENDS_MS


def ideal(here: Place, there: Place) -> float:
    """Round trip in ms through a straight fibre: nothing on the ground is faster."""
    return 2 * distance(here, there) / FIBRE_KM_PER_MS


def distance(here: Place, there: Place) -> float:
    """Great-circle distance in km (haversine)."""
    north, south = radians(here.latitude), radians(there.latitude)
    turned = radians(there.longitude - here.longitude)
    chord = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(turned / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(chord)))
