"""Replicas of pools that distribution decides for: who waits for a place at which site, on what.

A site's Deployment asks for pods of no certain accelerator, and takes what it is given. So the waiters say
where each replica goes and on what, and a hold for one of them is its place, whichever pod takes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ampacity.core.bounds import may_begin
from ampacity.core.distribution.headroom import overdrawn
from ampacity.core.distribution.model import Choice
from ampacity.core.distribution.steps import lacking
from ampacity.core.distribution.targets import Targets
from ampacity.core.snapshot import Snapshot, Waiter
from ampacity.translate.distribution.standing import standing_of
from ampacity.translate.distribution.variants import profiles_of
from ampacity.translate.pools.pool import bounds_of
from ampacity.translate.pools.template import deployment_key
from ampacity.translate.records import PoolRecord, World
from ampacity.translate.snapshot.preparing import Preparation
from ampacity.translate.snapshot.usage import PodIndex
from ampacity.translate.snapshot.waiting import Waiting, replica


class Targeted:
    """The pools of one world, and what they have."""

    def __init__(
        self, world: World, snapshot: Snapshot, index: PodIndex, waiting: Waiting, preparation: Preparation
    ) -> None:
        self._world, self._snapshot, self._preparation = world, snapshot, preparation
        self._there: dict[tuple[str, str], dict[str, int]] = {}
        if world.targets:
            for choice, nodes in standing_of(world, snapshot, index).items():
                self._there.setdefault((choice.pool, choice.site), {})[choice.variant] = len(nodes)
        announced = {entry.uid for entry in world.ledger.fence}
        holding = {pod.uid for pod, hold in waiting.pods if hold is not None}
        self._coming = Counter(
            pod.controller
            for pod in index.waiting()
            if pod.pool and not pod.terminating and pod.uid not in announced and pod.uid not in holding
        )

    def waiters(self, pool: PoolRecord) -> Iterator[Waiter]:
        """Replicas of the pool that need a place before they get a pod; none until it was decided for."""
        targets = self._world.targets.get(pool.key)
        if pool.wish is None or targets is None:
            return
        profiles = profiles_of(pool.wish, self._world.profiles)
        choices = (choice for site in self._sites(pool, targets) for choice in self._at(pool, targets, site))
        for number, choice in enumerate(choices):
            shape = replace(pool.shape, accelerators=profiles.get(choice.variant) or pool.shape.accelerators)
            yield replica(pool, self._preparation.at(shape, choice.site), number)

    def _sites(self, pool: PoolRecord, targets: Targets) -> Iterator[str]:
        """Where replicas are wanted; what was decided may be older than what binds the pool now."""
        bounds = bounds_of(pool, self._world.namespaces)
        for name in sorted(targets.by_site):
            site = self._world.sites.get(name)
            if site is not None and may_begin(bounds, site):
                yield name

    def _at(self, pool: PoolRecord, targets: Targets, site: str) -> Iterator[Choice]:
        """What the site lacks, less what its Deployment asks for already: that will have pods of its own,
        also where a pod is just being replaced."""
        wanted, there = targets.at(site), self._there.get((pool.key, site), {})
        more = lacking(wanted, there, targets.rate)
        if more and self._must_leave_first(site, wanted, there):
            return
        coming = self._coming[deployment_key(pool.namespace, pool.name, site)]
        under_way = max(coming, pool.deployed_at.get(site, 0) - sum(there.values()))
        for variant, count in more.items():
            left = max(0, count - under_way)
            under_way -= count - left
            yield from (Choice(pool.key, site, variant) for _ in range(left))

    def _must_leave_first(self, site: str, wanted: Mapping[str, int], there: Mapping[str, int]) -> bool:
        """Whether replicas of other variants are to go at once: a site ends the newest first."""
        surplus = any(count > wanted.get(variant, 0) for variant, count in there.items())
        return surplus and site in overdrawn(self._snapshot)
