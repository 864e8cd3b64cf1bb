"""Simple ways to distribute, to compare with: each keeps to slots, limits, bounds and residency.

Each yields whole replicas; what they serve is then counted with the best flows there are for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from ampacity.core.distribution.model import Choice, Pool, SiteRoom, Task
from tests.properties.distribution.oracle import figures, may_serve, may_stand, round_trip, tier_step

Counts = dict[Choice, int]


class Floor:
    """Slots and limits used up replica by replica."""

    def __init__(self, task: Task) -> None:
        self.task, self.counts = task, Counts()
        self._slots = {site.name: dict(site.slots) for site in task.sites}
        self._left = {site.name: [limit.most for limit in site.limits] for site in task.sites}
        self._coefs = {site.name: [dict(limit.coefs) for limit in site.limits] for site in task.sites}

    def put(self, pool: Pool, site: SiteRoom) -> float:
        """One more replica, of the first variant that fits; the work it does, 0 if none fits."""
        _, rate = figures(pool)
        for variant in pool.variants:
            name = variant.footprint
            adds = [coefs.get(name, 0) for coefs in self._coefs[site.name]]
            left = self._left[site.name]
            fits = self._slots[site.name].get(name, 0) > 0 and all(map(int.__le__, adds, left))
            if fits and may_stand(self.task, pool, site, variant):
                self._slots[site.name][name] -= 1
                self._left[site.name] = [has - add for has, add in zip(left, adds, strict=True)]
                choice = Choice(pool.name, site.name, variant.name)
                self.counts[choice] = self.counts.get(choice, 0) + 1
                return rate[variant.name]
        return 0.0


def central(task: Task) -> Counts:
    """All replicas that the demand takes at central sites, the first by name filled first."""
    floor = Floor(task)
    for pool in in_order(task.pools):
        sites = [site for site in task.sites if site.tier == "Central"]
        need = sum(work for work, _ in figures(pool)[0].values())
        _fill(floor, pool, sorted(sites, key=lambda site: site.name), need)
    return floor.counts


def even(task: Task) -> Counts:
    """The same number of replicas at every site that may serve any region of the pool."""
    floor = Floor(task)
    for pool in in_order(task.pools):
        work = figures(pool)[0]
        sites = [site for site in task.sites if any(may_serve(task, pool, region, site) for region in work)]
        each = ceil(sum(amount for amount, _ in work.values()) / max(1, len(sites)))
        for site in sites:
            _fill(floor, pool, [site], each)
    return floor.counts


def nearest(task: Task) -> Counts:
    """Region by region at the nearest site that has room, then at the next."""
    floor = Floor(task)
    for pool in in_order(task.pools):
        spare: dict[str, float] = {}
        for region, (amount, _) in sorted(figures(pool)[0].items()):
            sites = [site for site in task.sites if may_serve(task, pool, region, site)]
            sites.sort(
                key=lambda site: (tier_step(pool, site), round_trip(task, region, site.name), site.name)
            )
            for site in sites:
                taken = min(spare.get(site.name, 0.0), amount)
                amount -= taken
                done = _fill(floor, pool, [site], amount)
                spare[site.name] = spare.get(site.name, 0.0) - taken + max(0.0, done - amount)
                amount = max(0.0, amount - done)
    return floor.counts


def in_order(pools: Iterable[Pool]) -> list[Pool]:
    """Highest priority first."""
    return sorted(pools, key=lambda pool: (-pool.priority, pool.name))


def _fill(floor: Floor, pool: Pool, sites: Sequence[SiteRoom], need: float) -> float:
    """Replicas until they do `need`, or nothing fits; the work they do."""
    done = 0.0
    for site in sites:
        while done < need - 1e-9:
            more = floor.put(pool, site)
            if not more:
                break
            done += more
    return done


BASELINES = {"everything central": central, "even split": even, "greedy nearest": nearest}
