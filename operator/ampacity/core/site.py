"""A site as a graph: domains that supply, cooling units that cool, racks that draw.

Values only. Every capacity is usable milliwatts (continuous factors, units
and spares are already applied); every ratio is parts per million. Names are
expanded: no pattern is left. `rows` turns this into constraints, `audit`
walks it on its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ampacity.core.load import Supplies
from ampacity.core.workload import Workload


class Tier(StrEnum):
    """Where a site stands in the fleet."""

    CENTRAL = "Central"
    EDGE = "Edge"


class Medium(StrEnum):
    """What carries heat away."""

    LIQUID = "Liquid"
    AIR = "Air"


class Declared(StrEnum):
    """What people say of a domain or cooling unit; anything but Healthy takes it out of service."""

    HEALTHY = "Healthy"
    FAILED = "Failed"
    MAINTENANCE = "Maintenance"


@dataclass(frozen=True, slots=True)
class Edge:
    """A consumer's connection to one supplier.

    `share`: ppm, the upper bound of what this supplier carries of the consumer
    in normal operation; None on every edge of a consumer means equal shares
    with 10 % imbalance. `breaker`: the cord's own limit in mW.
    """

    supplier: str
    share: int | None = None
    breaker: int | None = None


@dataclass(frozen=True, slots=True)
class Domain:
    """A part of the power path (Utility, Generator, UPS, Feed, PDU, Busway, ...).

    `capacity` limits the domain's output; its suppliers see output divided by
    `efficiency`. `base_load` hangs on its output. A domain without suppliers is
    a source.
    """

    name: str
    type: str
    capacity: int
    efficiency: int = 1_000_000
    base_load: int = 0
    suppliers: tuple[Edge, ...] = ()
    failure_domain: bool = False
    state: Declared = Declared.HEALTHY


@dataclass(frozen=True, slots=True)
class CoolingUnit:
    """A coolant loop or room-air unit. `capacity` limits the heat it takes, mW.

    `cooling_power`: ppm, electrical watts per watt of heat, charged to `power`.
    Without `power` it is taken to run on its own supply and never loses power.
    """

    name: str
    medium: Medium
    capacity: int
    cooling_power: int = 0
    power: tuple[Edge, ...] = ()
    failure_domain: bool = False
    state: Declared = Declared.HEALTHY
    type: str = "Cooling"


@dataclass(frozen=True, slots=True)
class ListedNodes:
    """Nodes a rack is said to hold, whether or not they have Node objects."""

    count: int
    profile: str
    off: bool = False


@dataclass(frozen=True, slots=True)
class Rack:
    """A rack and what it hangs on. A rack without `liquid` is an air rack.

    `limit`: the rack's own power limit (mW), `air_limit` its limit of heat into
    air. `base_load` and `base_air` draw with no node at all (`base_air` is the
    part of `base_load` that goes into air). `shelves`: rack-level power supplies.
    `node_pattern`: expanded node-name patterns (fnmatch) that place a node here.
    """

    name: str
    power: tuple[Edge, ...]
    liquid: tuple[Edge, ...] = ()
    air: tuple[Edge, ...] = ()
    limit: int | None = None
    air_limit: int | None = None
    base_load: int = 0
    base_air: int = 0
    shelves: Supplies | None = None
    nodes: tuple[ListedNodes, ...] = ()
    node_patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What one class of work may have at least, kept for it, and at most (None: whatever there is), mW."""

    workload: Workload
    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """One accepted generation of an envelope.

    `interconnect`: GPUs that its largest fabric joins; None where nobody says.
    `latency`: measured round trips by region of users, ms. `uplink`: bytes/s; 0 where
    nobody says. `lost`: people say that it is.
    """

    name: str
    generation: int
    tier: Tier
    domains: tuple[Domain, ...]
    cooling: tuple[CoolingUnit, ...]
    racks: tuple[Rack, ...]
    country: str = ""
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    keep_redundancy: bool = False
    interconnect: int | None = None
    latency: Mapping[str, float] = field(default_factory=dict)
    uplink: float = 0.0
    lost: bool = False
    shares: tuple[Share, ...] = ()


class Outcome(StrEnum):
    """What a failure does to a rack."""

    SURVIVES = "Survives"
    THROTTLED = "Throttled"
    LOST = "Lost"


@dataclass(frozen=True, slots=True)
class State:
    """Normal operation, or one single failure on top of what is declared out of service.

    `name` is "normal" or the failed domain's name; `failed_type` its type
    ("" for normal), which is what `mustSurvive` names.
    """

    name: str
    failed_type: str = ""

    @property
    def normal(self) -> bool:
        return not self.failed_type


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a user's object: where, what, and what to do about it."""

    path: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}; {self.remedy}"
