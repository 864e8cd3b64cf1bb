"""Random fleets of real halls (rows, racks, nodes) with pools for them: each from its seed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ampacity.core.distribution.capacity import read_capacity
from ampacity.core.distribution.model import Demand, Pool, Rtt, SiteRoom, Spread, Task, Variant
from ampacity.core.distribution.placer import Judge, Placer
from ampacity.core.rows import build
from ampacity.core.site import Site
from ampacity.core.snapshot import NodeView, Shape, SiteView, Snapshot, Waiter
from tests.builders.fleet import draw, node, shape
from tests.builders.power import domain, kw, rack, site

DRAWS = {"h200": draw(8, kw(1.2), kw(0.7)), "l40s": draw(4, kw(0.5), kw(0.33))}
FOOTPRINTS = {
    f"{kind}x{gpus}": shape(gpus, accelerators=(kind,)) for kind in DRAWS for gpus in (1, 2, 4, 8)
} | {"anyx2": shape(2), "cpux1": shape(1, cpu=70)}


@dataclass(frozen=True, slots=True)
class Hall:
    """A question about real halls, and what is needed to place the answer."""

    snapshot: Snapshot
    task: Task

    @property
    def shapes(self) -> dict[tuple[str, str], Shape]:
        """By pool and variant."""
        return {
            (pool.name, one.name): replace(FOOTPRINTS[one.footprint], namespace=pool.name)
            for pool in self.task.pools
            for one in pool.variants
        }

    @property
    def judge(self) -> Judge:
        """The planner."""
        return Placer(self.snapshot, self.shapes, {pool.name: pool.priority for pool in self.task.pools})

    def waiting(self, replicas: dict[tuple[str, str, str], int]) -> Snapshot:
        """The halls with these replicas waiting, each bound to its site, as the operator lets them wait."""
        priority = {pool.name: pool.priority for pool in self.task.pools}
        waiters = tuple(
            [
                Waiter(
                    f"replica/ns/{pool}/{where}/{kind}/{number}",
                    pool,
                    replace(self.shapes[pool, kind], sites=(where,)),
                    priority[pool],
                )
                for (pool, where, kind), count in replicas.items()
                for number in range(count)
            ]
        )
        return replace(self.snapshot, waiters=waiters)


def drawn(seed: int) -> Hall:
    """The halls of that seed."""
    pick = np.random.default_rng(seed)
    names = [f"s{number}" for number in range(pick.integers(1, 3))]
    halls = [_hall(pick, name) for name in names]
    nodes = tuple([one for hall in halls for one in _nodes(pick, hall)])
    snapshot = Snapshot({hall.name: SiteView(build(hall, {})) for hall in halls}, nodes, ())
    pools = tuple([_pool(pick, f"p{number}") for number in range(pick.integers(1, 4))])
    used = {one.footprint for pool in pools for one in pool.variants}
    capacity = read_capacity(snapshot, {name: FOOTPRINTS[name] for name in used})
    rooms = tuple([SiteRoom(name, "Edge", capacity[name].berths, capacity[name].limits) for name in names])
    latency = {(region, name): Rtt(float(pick.integers(1, 100))) for region in ("r0", "r1") for name in names}
    return Hall(snapshot, Task(rooms, pools, latency))


def _hall(pick: np.random.Generator, name: str) -> Site:
    """Racks on one or two of up to three supplies, any of which may fail; short of power as a rule."""
    racks = int(pick.integers(1, 4))
    supplies = [f"ups-{letter}" for letter in "abc"[: pick.integers(1, 4)]]
    domains = [
        domain(one, f"{pick.integers(3, 9 * racks)}kW", "UPS", fails=bool(pick.random() < 0.5))
        for one in supplies
    ]
    found = [
        rack(
            f"r{number}",
            by=pick.permutation(supplies)[: pick.integers(1, 3)].tolist(),
            limit=kw(int(pick.integers(4, 16))) if pick.random() < 0.5 else None,
        )
        for number in range(racks)
    ]
    return replace(site(domains, found), name=name)


def _nodes(pick: np.random.Generator, hall: Site) -> list[NodeView]:
    found = []
    for one in hall.racks:
        for number in range(pick.integers(1, 3)):
            kind = str(pick.choice(list(DRAWS)))
            used = int(pick.choice([0, 0, pick.integers(0, DRAWS[kind].gpus + 1)]))
            found.append(
                node(
                    f"{hall.name}-{one.name}-{number}",
                    one.name,
                    site=hall.name,
                    profile=kind,
                    draw=DRAWS[kind],
                    used=used,
                )
            )
    return found


def _pool(pick: np.random.Generator, name: str) -> Pool:
    kinds = pick.permutation(list(FOOTPRINTS))[: pick.integers(1, 4)].tolist()
    variants = tuple(
        [Variant(kind, kind, (gpus := int(kind[-1])), 1000.0 * gpus, 100.0 * gpus) for kind in kinds]
    )
    demand = tuple([Demand(region, float(pick.uniform(0, 12)), 0, 100.0) for region in ("r0", "r1")])
    spread = Spread(survive=True) if pick.random() < 0.1 else Spread()
    return Pool(name, variants, demand, priority=int(pick.integers(0, 2)), spread=spread)
