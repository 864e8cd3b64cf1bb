"""Small random questions, each from its seed: few sites, pools and regions; all that a pool can ask for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ampacity.core.distribution.model import (
    Demand,
    Limit,
    Pool,
    Residency,
    Rtt,
    SiteRoom,
    Spread,
    Task,
    Variant,
)
from tests.builders.distribution import site

AREAS = ("DE", "FR", "US")
TIERS = ("Edge", "Central")
FOOTPRINTS = {"small": 1, "large": 4}
POWER = {"small": 10**6, "large": 35 * 10**5}


@dataclass(frozen=True, slots=True)
class Size:
    """The most of everything."""

    sites: int = 4
    pools: int = 3
    regions: int = 3
    slots: int = 6
    spread: bool = True


def drawn(seed: int, size: Size = Size()) -> Task:
    """The question of that seed."""
    pick = np.random.default_rng(seed)
    sites = tuple([_site(pick, f"s{number}", size) for number in range(pick.integers(2, size.sites + 1))])
    regions = [f"r{number}" for number in range(pick.integers(1, size.regions + 1))]
    latency = {
        (region, one.name): Rtt(float(pick.integers(2, 150)), bool(pick.integers(2)))
        for region in regions
        for one in sites
        if pick.random() < 0.95
    }
    pools = tuple([_pool(pick, f"p{n}", regions, size) for n in range(pick.integers(1, size.pools + 1))])
    return Task(sites, pools, latency)


def _site(pick: np.random.Generator, name: str, size: Size) -> SiteRoom:
    slots = {
        footprint: int(pick.choice([0, *pick.integers(1, size.slots + 1, 2)])) for footprint in FOOTPRINTS
    }
    limits = [
        Limit(
            f"limit {number}",
            int(pick.integers(size.slots, size.slots * 7)) * 10**6,
            tuple([(name, POWER[name] * int(pick.integers(1, 3))) for name in FOOTPRINTS]),
            1,
        )
        for number in range(pick.integers(0, 3))
    ]
    return site(
        name,
        slots,
        str(pick.choice(TIERS)),
        *limits,
        country=str(pick.choice(AREAS)),
        labels={"green": "yes"} if pick.random() < 0.5 else {},
        closed="closed for maintenance" if pick.random() < 0.05 else "",
        uplink=1e9,
    )


def _pool(pick: np.random.Generator, name: str, regions: list[str], size: Size) -> Pool:
    plain = pick.random() < 0.2
    variants = _variants(pick)
    return Pool(
        name,
        variants,
        () if plain else tuple([_demand(pick, region) for region in regions]),
        int(pick.integers(0, 6)) if plain else None,
        priority=int(pick.integers(0, 3)),
        tiers=_some(pick, [(), (), TIERS, TIERS[::-1], TIERS[:1]]),
        overflow=pick.random() < 0.8,
        labels={"green": "yes"} if pick.random() < 0.05 else {},
        residency=tuple([_residency(pick, regions) for _ in range(pick.choice([0, 0, 0, 1, 2]))]),
        max_rtt_ms=_some(pick, [None, None, 90.0, 130.0]),
        max_ttft_ms=_some(pick, [None, None, None, 180.0]),
        spread=_spread(pick) if size.spread else Spread(),
        weights=int(pick.integers(1, 100)) * 10**9,
    )


def _variants(pick: np.random.Generator) -> tuple[Variant, ...]:
    found = [
        Variant(f"on-{name}", name, gpus, 1000.0 * gpus * pick.uniform(0.5, 1), 100.0 * gpus, 20.0 * gpus)
        for name, gpus in FOOTPRINTS.items()
    ]
    pick.shuffle(found)  # type: ignore[arg-type]
    return tuple(found[: pick.integers(1, 3)])


def _demand(pick: np.random.Generator, region: str) -> Demand:
    return Demand(
        region,
        float(pick.uniform(0, 3)),
        float(pick.uniform(0, 500)),
        float(pick.uniform(20, 200)),
        float(pick.choice([0.0, 0.5])),
    )


def _residency(pick: np.random.Generator, regions: list[str]) -> Residency:
    run = frozenset(pick.choice(AREAS, 2).tolist()) if pick.random() < 0.6 else None
    serve = {region: frozenset(pick.choice(AREAS, 2).tolist()) for region in regions if pick.random() < 0.5}
    return Residency(run, serve)


def _spread(pick: np.random.Generator) -> Spread:
    if pick.random() < 0.5:
        return Spread()
    return Spread(
        int(pick.choice([1, 2, 2, 3])), float(pick.choice([0.5, 0.7, 1.0])), bool(pick.random() < 0.4)
    )


def _some(pick: np.random.Generator, values: list) -> object:  # type: ignore[type-arg]
    return values[pick.integers(len(values))]
