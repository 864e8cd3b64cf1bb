"""The order in which a pool's sites are filled: preferred tier first, then most headroom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ampacity.core.bounds import Bound, may_begin, may_stay
from ampacity.core.site import Site


def accepted_sites(
    sites: Mapping[str, Site],
    tiers: Sequence[str],
    labels: Mapping[str, str],
    bounds: Sequence[Bound] = (),
) -> tuple[str, ...]:
    """Sites a pool may stay at, preferred tier first, then by name. No tiers: every tier, none preferred."""
    order = {tier: number for number, tier in enumerate(tiers)}
    accepted = [
        site
        for site in sites.values()
        if (not order or site.tier in order)
        and labels.items() <= site.labels.items()
        and may_stay(bounds, site)
    ]
    accepted.sort(key=lambda site: (order.get(site.tier, 0), site.name))
    return tuple(site.name for site in accepted)


def rank_sites(
    sites: Mapping[str, Site],
    headroom: Mapping[str, int],
    tiers: Sequence[str],
    labels: Mapping[str, str],
    bounds: Sequence[Bound] = (),
) -> tuple[str, ...]:
    """Sites at which a pool may get places, in the order in which to fill them.

    `headroom`: mW per site, from `site_headroom`; equal tiers are ordered by
    it, most first, then by name. A pool's replicas all try the sites in this
    order, so a site is filled as far as it goes before the next is used.
    """
    order = {tier: number for number, tier in enumerate(tiers)}
    allowed = [
        name for name in accepted_sites(sites, tiers, labels, bounds) if may_begin(bounds, sites[name])
    ]
    return tuple(
        sorted(allowed, key=lambda name: (order.get(sites[name].tier, 0), -headroom.get(name, 0), name))
    )
