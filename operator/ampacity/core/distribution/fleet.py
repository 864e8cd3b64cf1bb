"""What blocks are made from, and how: eligible sites, the nearest of them, what stands there now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from ampacity.core.distribution.block import Block, Floats, Ints, Mask
from ampacity.core.distribution.eligibility import Eligible, eligible
from ampacity.core.distribution.goodput import goodput
from ampacity.core.distribution.model import Choice, Pool, SiteRoom, Task
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.room import Room, read_room

_EACH = 2  # regions that every site where a pool stands is offered to

TIER_STEP_MS = 1_000.0  # a step down the order of tiers weighs more than any round trip on Earth


@dataclass(frozen=True, slots=True, eq=False)
class Fleet:
    """What blocks are made from: sites in name order, ms by origin and site, room and berth by footprint and
    site, what stands now."""

    sites: tuple[SiteRoom, ...]
    room: Room
    latency: Mapping[str, Floats]
    standing: Mapping[str, Mask]
    berth: Mapping[str, Ints]
    current: Mapping[str, Mapping[tuple[str, str], int]]
    policy: Policy
    known: dict[str, Eligible]

    def ms(self, pool: Pool) -> Floats:
        """[regions of the pool, sites], infinite where unknown."""
        unknown = np.full(len(self.sites), np.inf)
        rows = [self.latency.get(demand.origin, unknown) for demand in pool.demand]
        return np.array(rows).reshape(len(pool.demand), len(self.sites))

    def slots(self, pool: Pool) -> Mask:
        """[variants, sites]: has the site room for one replica?"""
        none = np.zeros(len(self.sites), np.bool_)
        rows = [self.standing.get(variant.footprint, none) for variant in pool.variants]
        return np.array(rows).reshape(len(pool.variants), len(self.sites))

    def berths(self, pool: Pool) -> Ints:
        """[variants, sites]: the number of the berth, -1 where there is none."""
        none = np.full(len(self.sites), -1)
        rows = [self.berth.get(variant.footprint, none) for variant in pool.variants]
        return np.array(rows, np.int64).reshape(len(pool.variants), len(self.sites))

    def judged(self, pool: Pool) -> Eligible:
        """Where the pool may stand and serve; judged once."""
        if pool.name not in self.known:
            self.known[pool.name] = eligible(pool, self.sites, self.ms(pool), self.slots(pool))
        return self.known[pool.name]

    def block(self, pool: Pool, near: int, also: Mask | None = None, thin: bool = False) -> Block:
        """The pool's block; each region is offered its `near` best sites, `also` these [regions, sites], and
        those where the pool stands (`thin`: the `near` best of these, each of them to some region)."""
        return _block(self, pool, near, also, thin)


def read_fleet(task: Task, policy: Policy) -> Fleet:
    """Everything that blocks share."""
    sites = tuple(sorted(task.sites, key=attrgetter("name")))
    number = {site.name: index for index, site in enumerate(sites)}
    latency: dict[str, Floats] = {}
    for (origin, site), rtt in task.latency.items():
        if site in number:
            latency.setdefault(origin, np.full(len(sites), np.inf))[number[site]] = rtt.ms
    standing: dict[str, Mask] = {}
    for index, one in enumerate(sites):
        for berth in one.berths:
            mask = standing.setdefault(berth.footprint, np.zeros(len(sites), np.bool_))
            mask[index] = berth.slots > 0
    room = read_room(sites)
    berths = {footprint: np.full(len(sites), -1) for footprint in standing}
    for (name, footprint), place in room.number.items():
        berths[footprint][number[name]] = place
    return Fleet(sites, room, latency, standing, berths, _by_pool(task.current), policy, {})


def _by_pool(current: Mapping[Choice, int]) -> dict[str, dict[tuple[str, str], int]]:
    found: dict[str, dict[tuple[str, str], int]] = {}
    for choice, count in current.items():
        found.setdefault(choice.pool, {})[choice.site, choice.variant] = count
    return found


def _block(fleet: Fleet, pool: Pool, near: int, also: Mask | None, thin: bool) -> Block:
    ms, judged = fleet.ms(pool), fleet.judged(pool)
    if pool.replicas is not None:
        ms, near = np.zeros((1, len(fleet.sites))), len(fleet.sites)
    weight = ms + TIER_STEP_MS * judged.step
    now = judged.pairs & _standing_now(fleet, pool)
    if thin:
        now = _thinned(weight, now, near)
    region, site = _nearest(judged, weight, near, now if also is None else now | also)
    sites, point = np.unique(site, return_inverse=True)
    variant, at = np.nonzero(judged.variants[:, sites])
    order = np.lexsort((variant, at))
    variant, at = variant[order], at[order]
    pairs = list(zip(variant.tolist(), sites[at].tolist(), strict=True))
    berth = fleet.berths(pool)[variant, sites[at]]
    current = [_current(fleet, pool, v, s) for v, s in pairs]
    figures = goodput(pool)
    requests = np.array([demand.requests for demand in pool.demand] or [1.0])
    work = figures.work * requests if pool.replicas is None else np.array([float(pool.replicas)])
    starts = np.zeros(len(sites))
    if any(current):
        starts = np.array([_start(pool, fleet.sites[s], fleet.policy) for s in sites])
    return Block(
        pool,
        tuple([demand.region for demand in pool.demand]) or ("",),
        work,
        _inverse(figures.work) if pool.replicas is None else np.ones(1),
        float(pool.variants[0].gpus),
        sites,
        region,
        point.astype(np.int64),
        ms[region, site],
        weight[region, site],
        at,
        variant,
        berth,
        figures.rate[variant],
        np.array([fleet.room.berths[b][1].power for b in berth.tolist()], np.int64),
        np.maximum(fleet.room.slots[berth], 0),
        np.array(current, np.int64),
        starts[at],
        len(region) < int(judged.pairs.sum()),
    )


def _nearest(judged: Eligible, weight: Floats, near: int, now: Mask) -> tuple[Ints, Ints]:
    """Pairs (region, site): each region with its best sites, of equals the first by name, and `now` with
    these [regions, sites]."""
    ranked = np.where(judged.pairs, weight, np.inf)
    order = np.argsort(ranked, axis=1, kind="stable")[:, :near]
    kept = judged.pairs & now
    np.put_along_axis(kept, order, True, axis=1)
    region, site = np.nonzero(kept & judged.pairs)
    return region.astype(np.int64), site.astype(np.int64)


def _thinned(weight: Floats, now: Mask, near: int) -> Mask:
    """Of these pairs, each region's best and each site's best: [regions, sites]."""
    ranked, kept = np.where(now, weight, np.inf), np.zeros_like(now)
    np.put_along_axis(kept, np.argsort(ranked, axis=1, kind="stable")[:, :near], True, axis=1)
    np.put_along_axis(kept, np.argsort(ranked, axis=0, kind="stable")[:_EACH], True, axis=0)
    return kept & now


def _standing_now(fleet: Fleet, pool: Pool) -> Mask:
    """[sites]: does the pool have replicas there?"""
    there = {site for (site, _), count in fleet.current.get(pool.name, {}).items() if count}
    return np.array([site.name in there for site in fleet.sites], np.bool_)


def _current(fleet: Fleet, pool: Pool, variant: int, site: int) -> int:
    own = fleet.current.get(pool.name, {})
    return own.get((fleet.sites[site].name, pool.variants[variant].name), 0) if own else 0


def _start(pool: Pool, site: SiteRoom, policy: Policy) -> float:
    """The part of its capacity that a replica does not serve while it starts, over the payback time."""
    loading = pool.weights / site.uplink if site.uplink > 0 else 0.0
    return min(1.0, (loading + policy.warm_seconds) / policy.payback_seconds)


def _inverse(work: Floats) -> Floats:
    return np.divide(1.0, work, out=np.zeros_like(work), where=work > 0)
