"""Fleets for distribution: valid by default; and large ones drawn from a seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ampacity.core.distribution.model import (
    Berth,
    Demand,
    Limit,
    Pool,
    Rtt,
    SiteRoom,
    Task,
    Variant,
)

GPU_MW = {"h200": 900_000, "mi300": 950_000, "l40s": 400_000}
SPEED = {"h200": 1.0, "mi300": 0.9, "l40s": 0.3}
SIZES = (1, 2, 4, 8)
NW = 10**6


@dataclass(frozen=True, slots=True)
class Size:
    """How large a drawn fleet is, and the part of all GPUs' capacity that is asked for."""

    sites: int = 200
    pools: int = 100
    regions: int = 20
    load: float = 0.5
    power: float = 0.8
    seed: int = 1


def variant(
    name: str = "h200",
    gpus: int = 1,
    *,
    prefill: float = 1000.0,
    decode: float = 100.0,
    ttft_ms: float = 0.0,
    footprint: str = "",
) -> Variant:
    """One replica of it does 1 request/s of 0 in, 100 out (at full use)."""
    return Variant(f"{name}x{gpus}", footprint or f"{name}x{gpus}", gpus, prefill, decode, ttft_ms)


def demand(
    region: str = "r1",
    requests: float = 1.0,
    *,
    input: float = 0.0,
    output: float = 100.0,
    cached: float = 0.0,
) -> Demand:
    """By default a request/s is one unit of work: a replica at full use."""
    return Demand(region, requests, input, output, cached)


def pool(
    name: str = "chat", *demands: Demand, variants: tuple[Variant, ...] | None = None, **more: object
) -> Pool:
    """A pool at full use; without demands or replicas, one request/s of r1."""
    asked = demands or (() if "replicas" in more else (demand(),))
    more.setdefault("utilisation", 1.0)
    return Pool(name, variants or (variant(),), asked, **more)  # type: ignore[arg-type]


def site(
    name: str = "s1",
    slots: Mapping[str, int] | int = 10,
    tier: str = "Edge",
    *limits: Limit,
    country: str = "",
    power: int = 10**6,
    **more: object,
) -> SiteRoom:
    """A site; `slots` by footprint (a number: of h200x1), each replica charged `power` mW."""
    offered = {"h200x1": slots} if isinstance(slots, int) else slots
    berths = tuple([Berth(footprint, count, power) for footprint, count in offered.items()])
    areas = frozenset({country}) if country else frozenset()
    return SiteRoom(name, tier, berths, limits, areas, **more)  # type: ignore[arg-type]


def near(**ms: Mapping[str, float]) -> dict[tuple[str, str], Rtt]:
    """Measured round trips: near(r1={"s1": 5})."""
    return {(region, site): Rtt(one, True) for region, row in ms.items() for site, one in row.items()}


def world(size: Size) -> Task:
    """A fleet drawn from the seed: sites around regions, servers of three kinds, power for a part of them."""
    pick = np.random.default_rng(size.seed)
    where = pick.uniform(0, 1, (size.regions, 2)) * (200, 100)
    spots = where[pick.integers(0, size.regions, size.sites)] + pick.normal(0, 8, (size.sites, 2))
    rtts = np.hypot(*(where[:, None] - spots[None]).transpose(2, 0, 1)) * 1.5 + 2
    sites = tuple([_site(pick, number, size) for number in range(size.sites)])
    names = [f"region-{number:02}" for number in range(size.regions)]
    latency = {
        (region, site.name): Rtt(float(rtts[r, s]), True)
        for r, region in enumerate(names)
        for s, site in enumerate(sites)
    }
    gpus = sum(dict(one.slots).get(f"{kind}x1", 0) * SPEED[kind] for one in sites for kind in SPEED)
    return Task(sites, _pools(pick, names, gpus * size.load, size), latency)


def _site(pick: np.random.Generator, number: int, size: Size) -> SiteRoom:
    central = number % 20 == 0
    kinds = sorted(pick.choice(sorted(GPU_MW), pick.integers(1, 4), replace=False).tolist())
    servers = {kind: int(pick.integers(32, 128) * (4 if central else 1)) for kind in kinds}
    berths = tuple(
        [
            Berth(f"{kind}x{gpus}", count * 8 // gpus, GPU_MW[kind] * gpus)
            for kind, count in servers.items()
            for gpus in SIZES
        ]
    )
    limits = [
        Limit(
            f"GPUs of {kind} by {d}",
            count * (8 // d),
            tuple([(f"{kind}x{gpus}", gpus // d) for gpus in SIZES if gpus >= d]),
        )
        for kind, count in servers.items()
        for d in SIZES
    ]
    full = sum(count * 8 * GPU_MW[kind] for kind, count in servers.items())
    for row in range(4):
        coefs = tuple(
            [
                (f"{kind}x{gpus}", gpus * GPU_MW[kind] * int(pick.integers(900_000, 1_100_000)))
                for kind in kinds
                for gpus in SIZES
            ]
        )
        limits.append(
            Limit(f"UPS ups-{row}", int(full * size.power * pick.uniform(0.8, 1.1)) * NW, coefs, NW)
        )
    return SiteRoom(
        f"site-{number:03}", "Central" if central else "Edge", berths, tuple(limits), uplink=1.25e9
    )


def _pools(pick: np.random.Generator, regions: list[str], gpus: float, size: Size) -> tuple[Pool, ...]:
    weight = pick.pareto(2.0, (size.pools, size.regions)) + 0.2
    weight *= gpus / weight.sum()
    return tuple([_pool(pick, number, regions, weight[number]) for number in range(size.pools)])


def _pool(pick: np.random.Generator, number: int, regions: list[str], gpus: np.ndarray) -> Pool:
    size = int(pick.choice(SIZES))
    kinds = pick.permutation(sorted(GPU_MW)).tolist()
    tokens = int(pick.integers(200, 2000)), int(pick.integers(50, 400))
    variants = tuple(
        [
            Variant(
                f"{kind}x{size}", f"{kind}x{size}", size, 8000 * SPEED[kind] * size, 1000 * SPEED[kind] * size
            )
            for kind in kinds
        ]
    )
    best = max(variants, key=lambda one: one.prefill)
    per_gpu = 0.7 / (tokens[0] / best.prefill + tokens[1] / best.decode) / size
    asked = tuple(
        [
            Demand(region, float(amount * per_gpu), *tokens)
            for region, amount in zip(regions, gpus, strict=True)
        ]
    )
    return Pool(
        f"pool-{number:03}",
        variants,
        asked,
        priority=number % 3,
        weights=14 * 10**9 * size,
        max_rtt_ms=float(pick.choice([40, 80, 150])),
        tiers=("Edge", "Central"),
    )
