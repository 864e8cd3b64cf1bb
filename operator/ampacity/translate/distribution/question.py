"""The question that a fleet at one moment puts to distribution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ampacity.core.distribution.model import Pool, Task
from ampacity.core.distribution.placer import Placer
from ampacity.core.site import Problem
from ampacity.core.snapshot import Snapshot
from ampacity.translate.distribution.bounds import bound, doubts
from ampacity.translate.distribution.capacities import Capacities
from ampacity.translate.distribution.regions import Regions
from ampacity.translate.distribution.rooms import closed_sites, rooms_of, serving
from ampacity.translate.distribution.shapes import Shapes, shapes_of
from ampacity.translate.distribution.standing import Standing
from ampacity.translate.records import PoolRecord, World
from ampacity.translate.snapshot.usage import PodIndex

Requests = Mapping[tuple[str, str], float]
"""Requests/s by (pool, region), as somebody counts them."""

_NOBODY: Requests = {}


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """`task` and `judge` are what `decide` takes. `pools`: all with a wish, by "namespace/name".

    `problems`: of pools that cannot even be asked for, and so are not in the task; they keep what they
    have. `serving`: the replicas that the task counts as current.
    """

    task: Task
    judge: Placer
    pools: Mapping[str, PoolRecord]
    problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    serving: Standing = field(default_factory=dict)


def task_of(
    world: World,
    snapshot: Snapshot,
    standing: Standing,
    closed: Mapping[str, str],
    *,
    index: PodIndex | None = None,
    requests: Requests = _NOBODY,
    capacities: Capacities | None = None,
) -> Question:
    """What to decide for all pools with a wish. Pure.

    `snapshot`: of `world`, with everything that runs in it. `closed`: sites that are to serve nothing, and
    why. `index`: the pods, if somebody keeps an index of them. `requests`: what is counted of demand; the
    figure of the spec is the least. `capacities`: what may be kept from one question to the next.
    """
    index = index if index is not None else PodIndex.of(world.pods)
    regions = Regions.of(world.sites)
    pools = {pool.wish.name: pool for pool in world.pools if pool.wish is not None}
    found = {name: _problems(pool, world, regions) for name, pool in pools.items()}
    asked = [pool for name, pool in pools.items() if not found[name]]
    shapes = shapes_of(asked, world, index)
    wishes = [_asked(pool, world, regions, shapes, requests) for pool in asked if pool.wish is not None]
    shut = closed_sites(world, closed)
    now = serving(world, snapshot, {c: n for c, n in standing.items() if not found.get(c.pool, True)}, shut)
    task = Task(
        sites=rooms_of(world, snapshot, shapes, now, shut, capacities or Capacities()),
        pools=tuple(wishes),
        latency=regions.rtts(wishes),
        current={choice: len(nodes) for choice, nodes in now.items()},
    )
    judge = Placer(snapshot, shapes.by_variant, {wish.name: wish.priority for wish in wishes}, now)
    problems = {name: own for name, own in found.items() if own}
    return Question(task, judge, pools, problems, now)


def _problems(pool: PoolRecord, world: World, regions: Regions) -> tuple[Problem, ...]:
    """What keeps a pool from being asked for."""
    assert pool.wish is not None
    return (*doubts(pool, world.namespaces), *regions.problems(pool.wish))


def _asked(pool: PoolRecord, world: World, regions: Regions, shapes: Shapes, requests: Requests) -> Pool:
    """The wish with all that the fleet adds to it."""
    assert pool.wish is not None
    wish = shapes.stamped(bound(regions.placed(pool.wish), world.namespaces, pool.namespace))
    demand = [
        replace(one, requests=max(one.requests, requests.get((wish.name, one.region), 0.0)))
        for one in wish.demand
    ]
    return replace(wish, demand=tuple(demand))
