"""What is wrong with a pool before any distribution: each with field and remedy.

A pool with a problem is not decided; what it has stays. Everything here is about what was asked. What
merely does not fit at the moment is no problem of the pool but demand that is not served.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isfinite

import numpy as np

from ampacity.core.distribution.eligibility import accepts
from ampacity.core.distribution.model import Pool, SiteRoom
from ampacity.core.distribution.solver import Floats
from ampacity.core.site import Problem

Rule = Callable[[Pool, Sequence[SiteRoom], Floats], Iterator[Problem]]


def check(pool: Pool, sites: Sequence[SiteRoom], ms: Floats) -> tuple[Problem, ...]:
    """Everything wrong with the pool. `ms`: [regions, sites], infinite where unknown."""
    for rules in (_FIGURES, _PLACES):
        found = tuple([problem for rule in rules for problem in rule(pool, sites, ms)])
        if found:
            return found
    return ()


def _asks(pool: Pool, sites: Sequence[SiteRoom], ms: Floats) -> Iterator[Problem]:
    if not pool.variants:
        yield Problem("variants", "no accelerator fits the pool's model", "name at least one accelerator")
    if bool(pool.demand) == (pool.replicas is not None):
        both = (
            "both demand and replicas are given" if pool.demand else "neither demand nor replicas are given"
        )
        yield Problem("demand", both, "give one of them")
    if pool.replicas is not None and pool.replicas < 0:
        yield Problem("replicas", f"{pool.replicas} is less than none", "give 0 or more")


def _demand(pool: Pool, sites: Sequence[SiteRoom], ms: Floats) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, one in enumerate(pool.demand):
        path = f"demand[{number}]"
        if one.region in seen:
            yield Problem(f"{path}.region", f"{one.region} is there already", "add the two up")
        seen.add(one.region)
        for name in ("requests", "input_tokens", "output_tokens"):
            value = getattr(one, name)
            if not (isfinite(value) and value >= 0):
                yield Problem(
                    f"{path}.{name}", f"{value} cannot be served", "give a finite figure, 0 or more"
                )
        if not 0 <= one.cached <= 1:
            yield Problem(f"{path}.cached", f"{one.cached} is no part", "give a part between 0 and 1")
        if not np.isfinite(ms[number]).any():
            yield Problem(
                f"{path}.region",
                f"no site has a known round trip from {one.region}",
                "use a region that is known, or give it coordinates or sites a latency table",
            )


def _capacity(pool: Pool, sites: Sequence[SiteRoom], ms: Floats) -> Iterator[Problem]:
    if not 0 < pool.utilisation <= 1:
        yield Problem("utilisation", f"{pool.utilisation} is no part", "give a part above 0, at most 1")
    names = [variant.name for variant in pool.variants]
    if len(names) != len(set(names)):
        yield Problem("variants", "two variants have one name", "give each its own name")
    for variant in pool.variants:
        if pool.demand and not (variant.prefill > 0 and variant.decode > 0):
            yield Problem(
                "demand",
                f"nothing says how many tokens/s a replica of {variant.name} does",
                "name a model whose ModelProfile has figures for it, or give replicas instead of demand",
            )


def _residency(pool: Pool, sites: Sequence[SiteRoom], ms: Floats) -> Iterator[Problem]:
    if sites and not any(all(one.admits(site.areas) for one in pool.residency) for site in sites):
        asked = [", ".join(sorted(one.run)) or "none" for one in pool.residency if one.run is not None]
        there = sorted(set[str]().union(*(site.areas for site in sites)))
        yield Problem(
            "residency",
            f"it excludes every site: allowed are {' and at once '.join(dict.fromkeys(asked))}, "
            f"sites are in {', '.join(there) or 'no stated country'}",
            "allow an area that has a site, or state the country of sites",
        )


def _spread(pool: Pool, sites: Sequence[SiteRoom], ms: Floats) -> Iterator[Problem]:
    count = sum(accepts(pool, site) for site in sites)
    spread = pool.spread
    if not count:
        return
    if spread.sites > count:
        yield Problem(
            "spread.sites",
            f"{spread.sites} sites are asked for, {count} are accepted",
            f"ask for at most {count}, or accept more tiers, labels or areas",
        )
    if not 0 < spread.share <= 1:
        yield Problem("spread.share", f"{spread.share} is no part", "give a part above 0, at most 1")
    elif spread.share * count < 1 - 1e-9:
        yield Problem(
            "spread.share",
            f"{count} accepted sites with at most {spread.share:.0%} each make no whole",
            f"allow at least {1 / count:.0%}, or accept more sites",
        )
    if spread.survive and count == 1:
        yield Problem("spread.survive", "one accepted site cannot survive its own loss", "accept more sites")


def _bounds(pool: Pool, sites: Sequence[SiteRoom], ms: Floats) -> Iterator[Problem]:
    open_ = [number for number, site in enumerate(sites) if accepts(pool, site)]
    if not pool.demand or not open_:
        return
    least = float(ms[:, open_].min())
    first = min(variant.ttft_ms for variant in pool.variants)
    if pool.max_rtt_ms is not None and least > pool.max_rtt_ms:
        yield Problem(
            "max_rtt_ms",
            f"the shortest round trip to an accepted site is {least:.1f} ms, "
            f"the bound is {pool.max_rtt_ms:g} ms",
            f"allow at least {least:.0f} ms, or add nearer sites",
        )
    if pool.max_ttft_ms is not None and least + first > pool.max_ttft_ms:
        yield Problem(
            "max_ttft_ms",
            f"the earliest first token takes {least + first:.0f} ms "
            f"({first:.0f} ms of them in the model), the bound is {pool.max_ttft_ms:g} ms",
            f"allow at least {least + first:.0f} ms, or faster accelerators",
        )


_FIGURES: tuple[Rule, ...] = (_asks, _demand, _capacity)
_PLACES: tuple[Rule, ...] = (_residency, _spread, _bounds)
