"""Which sites a pool may use, which of them may serve which region, and why not the others.

`eligible` judges a pool at all sites in a few array operations; `site_bar` and `pair_bar` say why about one
site, for people, and by the same rules (a test compares them). They name what comes first: a site outside
residency is never called too far away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from ampacity.core.distribution.model import Pool, SiteRoom, Variant

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Bar(StrEnum):
    """Why a site is out of the question for a pool, or for one region of it."""

    RESIDENCY = "Residency"
    TIER = "Tier"
    LABELS = "SiteLabels"
    CLOSED = "SiteClosed"
    HARDWARE = "NoHardware"
    UNREACHABLE = "LatencyUnknown"
    ROUND_TRIP = "RoundTripBound"
    FIRST_TOKEN = "FirstTokenBound"


@dataclass(frozen=True, slots=True)
class Barred:
    """A site that a pool may not use (`region` "": at all; else for that region), and why."""

    site: str
    bar: Bar
    sentence: str
    region: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Eligible:
    """`pairs`: [regions, sites] may the site serve the region; `variants`: [variants, sites] may it stand
    there; `step`: [sites] how far down the pool's order of tiers."""

    pairs: Mask
    variants: Mask
    step: npt.NDArray[np.int64]


def eligible(pool: Pool, sites: Sequence[SiteRoom], ms: Floats, slots: Mask) -> Eligible:
    """Judge all sites. `ms`: [regions of the pool, sites], infinite where nobody knows; `slots`: [variants,
    sites], has the site room for one replica?"""
    standing: Mask = slots & np.array([_outside(pool, site) is None for site in sites], np.bool_)
    step = np.array([_step(pool, site.tier) for site in sites], np.int64)
    if pool.replicas is not None:
        anywhere = np.asarray(standing.any(axis=0), np.bool_)
        return Eligible(anywhere[None], standing, step)
    ttft = np.array([variant.ttft_ms for variant in pool.variants])
    first = np.where(standing, ttft[:, None], np.inf).min(axis=0, initial=np.inf)
    pairs: Mask = np.isfinite(ms) & np.isfinite(first) & _served_from(pool, sites)
    pairs &= ms <= _bound(pool.max_rtt_ms)
    pairs &= ms + first <= _bound(pool.max_ttft_ms)
    farthest = np.where(pairs, ms, -np.inf).max(axis=0, initial=-np.inf)
    standing &= ttft[:, None] + farthest <= _bound(pool.max_ttft_ms)
    return Eligible(pairs, standing & pairs.any(axis=0), step)


def accepts(pool: Pool, site: SiteRoom) -> bool:
    """Do residency, tier and labels allow the site, whatever it has room for now?"""
    outside = _outside(pool, site)
    return outside is None or outside[0] is Bar.CLOSED


def site_bar(pool: Pool, site: SiteRoom) -> Barred | None:
    """Why the pool may not use the site at all; None if it may."""
    outside = _outside(pool, site)
    if outside is None and not any(_stands(variant, site) for variant in pool.variants):
        names = ", ".join(variant.name for variant in pool.variants)
        outside = Bar.HARDWARE, f"it has no room for a replica ({names}) even if it stood alone"
    return None if outside is None else Barred(site.name, *outside)


def pair_bar(pool: Pool, site: SiteRoom, region: str, ms: float) -> Barred | None:
    """Why a site that the pool may use may not serve the region; None if it may."""
    first = ms + min(variant.ttft_ms for variant in pool.variants if _stands(variant, site))
    if not _resident(pool, site, region):
        return Barred(site.name, Bar.RESIDENCY, f"residency keeps requests of {region} out of it", region)
    if not np.isfinite(ms):
        why = f"no round trip is known from {region}: neither a measured one nor coordinates"
        return Barred(site.name, Bar.UNREACHABLE, why, region)
    if ms > _bound(pool.max_rtt_ms):
        why = f"{ms:.0f} ms round trip from {region}, bound {pool.max_rtt_ms:.0f} ms"
        return Barred(site.name, Bar.ROUND_TRIP, why, region)
    if first > _bound(pool.max_ttft_ms):
        why = f"first token for {region} after {first:.0f} ms, bound {pool.max_ttft_ms:.0f} ms"
        return Barred(site.name, Bar.FIRST_TOKEN, why, region)
    return None


def _outside(pool: Pool, site: SiteRoom) -> tuple[Bar, str] | None:
    """The first reason against the site, hardware aside."""
    accepted = pool.tiers if pool.overflow else pool.tiers[:1]
    if not _resident(pool, site):
        return Bar.RESIDENCY, f"residency excludes it: it is in {_named(site.areas)}"
    if accepted and site.tier not in accepted:
        off = site.tier in pool.tiers
        return (
            Bar.TIER,
            f"overflow to tier {site.tier} is off" if off else f"tier {site.tier} is not accepted",
        )
    if not pool.labels.items() <= site.labels.items():
        return Bar.LABELS, "it lacks labels that the pool asks for"
    if site.closed:
        return Bar.CLOSED, site.closed
    return None


def _named(areas: frozenset[str]) -> str:
    return ", ".join(sorted(areas)) or "no country that anybody has stated"


def _resident(pool: Pool, site: SiteRoom, region: str = "") -> bool:
    return all(one.admits(site.areas, region) for one in pool.residency)


def _served_from(pool: Pool, sites: Sequence[SiteRoom]) -> Mask:
    """[regions, sites]: does residency let the region's requests go there?"""
    mask = np.ones((len(pool.demand), len(sites)), np.bool_)
    for number, demand in enumerate(pool.demand):
        if any(demand.region in one.serve for one in pool.residency):
            mask[number] = [_resident(pool, site, demand.region) for site in sites]
    return mask


def _stands(variant: Variant, site: SiteRoom) -> bool:
    return site.slots.get(variant.footprint, 0) > 0


def _step(pool: Pool, tier: str) -> int:
    return pool.tiers.index(tier) if tier in pool.tiers else 0


def _bound(ms: float | None) -> float:
    return np.inf if ms is None else ms
