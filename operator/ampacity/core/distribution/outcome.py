"""What a decision comes to: demand served by region, how far away, replicas and power by site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ampacity.core.distribution.answer import Distribution, Unserved
from ampacity.core.distribution.decide import Decision
from ampacity.core.distribution.model import Demand, Pool, Rtt


@dataclass(frozen=True, slots=True)
class Flow:
    """Requests/s of one region that go to one site."""

    site: str
    requests: float
    rtt: Rtt


@dataclass(frozen=True, slots=True)
class RegionOutcome:
    """`asked`: requests/s. `flows`: largest first."""

    region: str
    asked: float
    flows: tuple[Flow, ...]
    unserved: Unserved | None = None

    @property
    def served(self) -> float:
        """Requests/s that find a replica."""
        return sum(flow.requests for flow in self.flows)


@dataclass(frozen=True, slots=True)
class PoolOutcome:
    """`replicas` and `power` (what they are charged, mW) by site. `unserved`: of plain replicas, those
    that find no place."""

    pool: str
    regions: tuple[RegionOutcome, ...]
    replicas: Mapping[str, int]
    power: Mapping[str, int]
    unserved: Unserved | None = None

    @property
    def short(self) -> bool:
        """Whether anything that is asked for is not served."""
        return bool(self.unserved or any(region.unserved for region in self.regions))


def weighted(flows: Iterable[Flow], part: float) -> Rtt | None:
    """The round trip that a part of these requests do not exceed."""
    ordered = sorted((flow for flow in flows if flow.requests > 0), key=lambda flow: flow.rtt.ms)
    left = part * sum(flow.requests for flow in ordered)
    for flow in ordered:
        left -= flow.requests
        if left <= 1e-9:
            return flow.rtt
    return ordered[-1].rtt if ordered else None


def outcomes(decision: Decision, told: Distribution) -> tuple[PoolOutcome, ...]:
    """By pool; those with problems are left out. `told`: the report of the decision."""
    short = {(one.pool, one.region): one for one in told.unserved}
    charged = {(site, berth.footprint): berth.power for site, berth in decision.fleet.room.berths}
    return tuple([_outcome(decision, told, one.block.pool, short, charged) for one in decision.settled])


def _outcome(
    decision: Decision,
    told: Distribution,
    pool: Pool,
    short: Mapping[tuple[str, str], Unserved],
    charged: Mapping[tuple[str, str], int],
) -> PoolOutcome:
    replicas: Counter[str] = Counter()
    power: Counter[str] = Counter()
    footprints = {one.name: one.footprint for one in pool.variants}
    for choice, count in told.replicas.items():
        if choice.pool == pool.name:
            replicas[choice.site] += count
            power[choice.site] += count * charged.get((choice.site, footprints[choice.variant]), 0)
    regions = [_region(decision, told, pool, one, short.get((pool.name, one.region))) for one in pool.demand]
    return PoolOutcome(pool.name, tuple(regions), replicas, power, short.get((pool.name, "")))


def _region(
    decision: Decision, told: Distribution, pool: Pool, demand: Demand, short: Unserved | None
) -> RegionOutcome:
    served = demand.requests - (short.amount if short else 0.0)
    shares: Sequence[Flow] = [
        Flow(one.site, one.part * served, decision.task.latency[demand.origin, one.site])
        for one in told.shares.get((pool.name, demand.region), ())
    ]
    return RegionOutcome(demand.region, demand.requests, tuple(shares), short)
