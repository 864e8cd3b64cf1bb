"""What distribution is asked: values, and nothing else.

A *pool* wants to serve demand from *regions* with replicas of some *variants* (shapes of a replica) at
sites. A site offers *berths*: one per footprint, that is, per kind of replica that the placer tells
apart. Everything that berths of a site share (watts of a row in a state, GPUs, a class's part of the
power) is a *limit*. What comes out is in `answer`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ampacity.core.rows import Row


class Choice(NamedTuple):
    """Replicas of one variant of one pool at one site."""

    pool: str
    site: str
    variant: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One shape of a replica, best liked first in its pool.

    `footprint`: variants that the placer cannot tell apart share one, over all pools. `prefill`, `decode`:
    tokens/s of one replica (0: nobody knows). `ttft_ms`: time to first token at those rates.
    """

    name: str
    footprint: str
    gpus: int = 1
    prefill: float = 0.0
    decode: float = 0.0
    ttft_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """A place on Earth, degrees."""

    latitude: float
    longitude: float

    def __str__(self) -> str:
        return f"{self.latitude:g},{self.longitude:g}"


@dataclass(frozen=True, slots=True)
class Demand:
    """What one region asks of a pool: requests/s and their mean tokens. `cached`: part of the input tokens
    that a prefix cache spares. `place`: where the region is, where the pool has to say so itself."""

    region: str
    requests: float
    input_tokens: float
    output_tokens: float
    cached: float = 0.0
    place: Place | None = None

    @property
    def origin(self) -> str:
        """The region as round trips know it: pools may mean different places by one name."""
        return self.region if self.place is None else f"{self.region}@{self.place}"


@dataclass(frozen=True, slots=True)
class Residency:
    """Where a pool may run and be served from, by areas (countries, or groups of them).

    `run`: areas where replicas may stand. `serve`: per region, areas that its requests may go to. None and
    regions that are not named: anywhere. Several residencies of one pool all hold.
    """

    run: frozenset[str] | None = None
    serve: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def admits(self, areas: frozenset[str], region: str = "") -> bool:
        """May it run in a site of these areas (and serve this region from there)?"""
        serve = self.serve.get(region)
        return (self.run is None or bool(self.run & areas)) and (serve is None or bool(serve & areas))


@dataclass(frozen=True, slots=True)
class Spread:
    """At least `sites` sites if any; no site above `share` of the replicas; `survive`: hot replicas carry
    all that is served when any one site is lost."""

    sites: int = 1
    share: float = 1.0
    survive: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """What one pool wants: demand, or a plain number of `replicas`.

    Larger `priority` first. `tiers`: best first, none: any, none liked better; `overflow`: whether the
    tiers after the first may be used. `max_rtt_ms` bounds the round trip, `max_ttft_ms` the round trip and
    the variant's time to first token together. `utilisation`: how full a replica may be on average.
    `weights`: bytes to load before a replica is ready.
    """

    name: str
    variants: tuple[Variant, ...]
    demand: tuple[Demand, ...] = ()
    replicas: int | None = None
    priority: int = 0
    tiers: tuple[str, ...] = ()
    overflow: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    residency: tuple[Residency, ...] = ()
    max_rtt_ms: float | None = None
    max_ttft_ms: float | None = None
    spread: Spread = Spread()
    utilisation: float = 0.7
    weights: int = 0


@dataclass(frozen=True, slots=True)
class Berth:
    """What a site has for one footprint: whole replicas of it alone that the placer finds room for, and
    what one is charged, mW."""

    footprint: str
    slots: int
    power: int = 0


@dataclass(frozen=True, slots=True)
class Limit:
    """sum(coefficient * replicas) <= most over footprints of one site; exact integers, none negative.

    `what` names it in sentences ("PDU pdu-3", "GPUs of h200"). `unit`: how many of the integers make one mW
    (rows count in nW), 0 where they are no power. `row`: the row it stands for, if any. `derived`: it follows
    from rows, and tells people less than they do.
    """

    what: str
    most: int
    coefs: tuple[tuple[str, int], ...]
    unit: int = 0
    row: Row | None = None
    derived: bool = False


@dataclass(frozen=True, slots=True)
class SiteRoom:
    """A site as distribution sees it, less everything that is not its to move.

    `areas`: country and groups it belongs to, for residency. `uplink`: bytes/s for weights (0: unknown).
    `closed`: why it takes nothing now, in words; "" if it is open.
    """

    name: str
    tier: str
    berths: tuple[Berth, ...] = ()
    limits: tuple[Limit, ...] = ()
    areas: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    uplink: float = 0.0
    closed: str = ""

    @property
    def slots(self) -> dict[str, int]:
        """Slots by footprint."""
        return {berth.footprint: berth.slots for berth in self.berths}


@dataclass(frozen=True, slots=True)
class Rtt:
    """Round-trip time between a region and a site, and whether anybody measured it."""

    ms: float
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One question. `latency`: by (origin, site), see `Demand`; a pair without one is out of reach.

    `current`: replicas that serve now; leave it out to decide as if nothing ran.
    """

    sites: tuple[SiteRoom, ...]
    pools: tuple[Pool, ...]
    latency: Mapping[tuple[str, str], Rtt] = field(default_factory=dict)
    current: Mapping[Choice, int] = field(default_factory=dict)
