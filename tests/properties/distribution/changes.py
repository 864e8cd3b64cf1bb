"""Questions after a change, each from its seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ampacity.core.distribution.model import Pool, SiteRoom, Task


def changed(task: Task, pick: np.random.Generator) -> Task:
    """A pool asks for up to three times as much, a site loses up to all of its room, or both."""
    what, grown, weaker = pick.integers(3), pick.integers(len(task.pools)), pick.integers(len(task.sites))
    pools, sites = list(task.pools), list(task.sites)
    if what != 1:
        pools[grown] = more_asked(pools[grown], pick.uniform(1.1, 3))
    if what != 0:
        sites[weaker] = _less(sites[weaker], pick.uniform(0, 0.9))
    return replace(task, pools=tuple(pools), sites=tuple(sites))


def more_asked(pool: Pool, factor: float) -> Pool:
    """The pool with so many times its demand."""
    demand = tuple([replace(one, requests=one.requests * factor) for one in pool.demand])
    return replace(pool, demand=demand, replicas=pool.replicas and int(pool.replicas * factor))


def _less(site: SiteRoom, part: float) -> SiteRoom:
    berths = tuple([replace(one, slots=int(one.slots * part)) for one in site.berths])
    return replace(
        site, berths=berths, limits=tuple([replace(one, most=int(one.most * part)) for one in site.limits])
    )
