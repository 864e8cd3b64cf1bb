"""What every answer must obey, checked from question and answer alone."""

from __future__ import annotations

from collections import Counter

import pytest

from ampacity.core.distribution.answer import Distribution
from ampacity.core.distribution.model import Pool, SiteRoom, Task


def check_residency(task: Task, found: Distribution) -> None:
    """No replica where the pool may not run; no weight or spill where a region may not be served."""
    sites, pools = {one.name: one for one in task.sites}, {one.name: one for one in task.pools}
    for choice in found.replicas:
        assert _admits(pools[choice.pool], sites[choice.site]), choice
    for (pool, region), shares in found.shares.items():
        for share in shares:
            assert _admits(pools[pool], sites[share.site], region), (pool, region, share)
    for (pool, region), names in found.spill.items():
        for name in names:
            assert _admits(pools[pool], sites[name], region), (pool, region, name)


def _admits(pool: Pool, site: SiteRoom, region: str = "") -> bool:
    for one in pool.residency:
        if one.run is not None and not one.run & site.areas:
            return False
        if region in one.serve and not one.serve[region] & site.areas:
            return False
    return True


def check_room(task: Task, found: Distribution) -> None:
    """Slots and limits hold, exactly."""
    variants = {(pool.name, one.name): one for pool in task.pools for one in pool.variants}
    counts: Counter[tuple[str, str]] = Counter()
    for choice, count in found.replicas.items():
        assert count > 0
        counts[choice.site, variants[choice.pool, choice.variant].footprint] += count
    for site in task.sites:
        for berth in site.berths:
            assert counts[site.name, berth.footprint] <= berth.slots
        for limit in site.limits:
            assert sum(coef * counts[site.name, name] for name, coef in limit.coefs) <= limit.most


def check_rules(task: Task, found: Distribution) -> None:
    """Tiers, labels, closed sites, bounds; weights sum to one and lead to replicas."""
    sites, pools = {one.name: one for one in task.sites}, {one.name: one for one in task.pools}
    hot = {(choice.pool, choice.site) for choice in found.replicas}
    for name, where in hot:
        pool, site = pools[name], sites[where]
        assert not site.closed
        assert not pool.tiers or site.tier in (pool.tiers if pool.overflow else pool.tiers[:1])
        assert pool.labels.items() <= site.labels.items()
    for (name, region), shares in found.shares.items():
        assert sum(share.part for share in shares) == pytest.approx(1.0)
        assert {share.site for share in shares} <= set(found.spill[name, region])
        for share in shares:
            assert (name, share.site) in hot
    for (name, region), names in found.spill.items():
        for where in names:
            _check_bounds(task, pools[name], region, where, found)


def _check_bounds(task: Task, pool: Pool, region: str, site: str, found: Distribution) -> None:
    ms = task.latency[region, site].ms
    assert pool.max_rtt_ms is None or ms <= pool.max_rtt_ms
    if pool.max_ttft_ms is not None:
        slowest = max(one.ttft_ms for one in pool.variants if (pool.name, site, one.name) in found.replicas)
        assert ms + slowest <= pool.max_ttft_ms


def check_spread(task: Task, found: Distribution) -> None:
    """Sites and share as asked, or a note says what is kept instead."""
    for pool in task.pools:
        if pool.name in found.problems or pool.name in found.notes:
            continue
        per_site: Counter[str] = Counter()
        for choice, count in found.replicas.items():
            if choice.pool == pool.name:
                per_site[choice.site] += count
        if per_site:
            assert len(per_site) >= pool.spread.sites
            assert max(per_site.values()) <= pool.spread.share * per_site.total() + 1e-9
