"""Status of a SitePowerEnvelope: bounded in size however large the site is."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ampacity.apis.base import StatusModel
from ampacity.apis.conditions import Condition

MAX_DOMAINS = 200
MAX_FAILURES = 100
MAX_RACKS = 20

_LIST_BY_NAME: dict[str, Any] = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]}
Watts = Annotated[str, Field(max_length=32)]


class PowerSummary(StatusModel):
    """The whole site at its sources: what they can carry, what is reserved, what is left."""

    capacity: Watts = Field(
        description="Usable watts of all sources in service that carry load now; a standby source on a 0 %"
        " share counts once it has taken over. Example: 54 kW."
    )
    reserved: Watts = Field(description="Watts reserved there now, with all losses. Example: 31.2 kW.")
    headroom: Watts = Field(
        description="What the limit that binds has left (see `binding`), in normal operation or in its worst"
        " single failure. Negative if over."
    )


class LimitStatus(StatusModel):
    """One domain, cooling unit or rack: its limit and what is on it, now and in its worst failure."""

    name: str = Field(max_length=253, description="Its name, expanded.")
    type: str = Field(max_length=63, description="Its type: UPS, Busway, CDU, Rack and so on.")
    capacity: Watts = Field(description="Usable watts. Example: 54 kW.")
    reserved: Watts = Field(description="Watts reserved on it in normal operation.")
    headroom: Watts = Field(
        description="What is left in the worse of normal operation and the worst failure. Negative if over."
    )
    worst_failure: str | None = Field(
        default=None, max_length=253, description="The single failure that loads it most, if any does."
    )
    worst_reserved: Watts | None = Field(
        default=None, description="Watts on it in that failure, with what it then takes over."
    )


class Binding(StatusModel):
    """The limit with the least headroom: what to enlarge first."""

    kind: str = Field(max_length=63, description="Kind of limit: Domain, Cord, Rack, RackAir, Liquid, Air.")
    name: str = Field(max_length=253, description="Name of the domain, cooling unit, cord or rack.")
    failure: str | None = Field(
        default=None, max_length=253, description="The failure in which it binds; absent in normal operation."
    )
    headroom: Watts = Field(description="What is left on it. Negative if over.")
    message: str = Field(
        max_length=1024,
        description="The same as a sentence. Example: UPS ups-a has 3.1 kW left if UPS ups-b fails.",
    )


class RackSummary(StatusModel):
    """The racks of the site in a bounded form."""

    total: int = Field(default=0, description="Racks of the site, listed and labelled.")
    occupied: int = Field(default=0, description="Racks with at least one node.")
    over: int = Field(default=0, description="Racks over a limit of their own.")
    least_headroom: Annotated[list[LimitStatus], Field(max_length=MAX_RACKS)] = Field(
        default_factory=list,
        json_schema_extra=_LIST_BY_NAME,
        description=f"The racks with the least headroom, at most {MAX_RACKS}, worst first.",
    )


class RackNames(StatusModel):
    """Some racks: how many, and their names in compressed form."""

    count: int = Field(default=0, description="How many racks.")
    names: str = Field(
        default="",
        max_length=1024,
        description="Their names, in ranges and cut off when long. Example: r[1-3].",
    )


class ShareStatus(StatusModel):
    """A class of work with a share: what it draws, and what is left for it and for others."""

    workload: str = Field(max_length=63, description="The class: Training, Inference or Batch.")
    drawn: Watts = Field(
        description="What its GPUs draw, each with its equal part of its server; what is in doubt counts."
    )
    headroom: Watts | None = Field(
        default=None, description="What `atMost` leaves it. Negative if over: it is granted nothing more."
    )
    others_headroom: Watts | None = Field(
        default=None,
        description="What `atLeast` leaves everybody else. Negative if over: they are granted nothing more.",
    )


class FailureStatus(StatusModel):
    """What one single failure does."""

    name: str = Field(max_length=253, description="The failure domain that fails.")
    type: str = Field(max_length=63, description="Its type, as `mustSurvive` of a pool names it.")
    lost: RackNames = Field(
        default_factory=RackNames, description="Racks that go dark: no live power, coolant or air."
    )
    throttled: RackNames = Field(
        default_factory=RackNames,
        description="Racks whose remaining power supplies cannot carry their nodes at full draw.",
    )


class EnvelopeStatus(StatusModel):
    """What Ampacity makes of the envelope."""

    observed_generation: int = Field(
        default=-1,
        description="The generation of the spec that this status speaks of; -1 before the first look.",
    )
    accepted_generation: int | None = Field(
        default=None,
        description="The generation in force: the newest one without problems. Older than observedGeneration"
        " when the last edit was refused.",
    )
    power: PowerSummary | None = Field(default=None, description="The whole site in three figures.")
    binding: Binding | None = Field(default=None, description="The limit that binds.")
    domains: Annotated[list[LimitStatus], Field(max_length=MAX_DOMAINS)] = Field(
        default_factory=list,
        json_schema_extra=_LIST_BY_NAME,
        description=f"Domains and cooling units with their headroom, at most {MAX_DOMAINS}, least headroom"
        " first where there are more.",
    )
    domains_omitted: int | None = Field(
        default=None, description="How many domains and cooling units are not in the list."
    )
    racks: RackSummary | None = Field(default=None, description="The racks in a bounded form.")
    shares: Annotated[list[ShareStatus], Field(max_length=3)] = Field(
        default_factory=list,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["workload"]},
        description="The classes of work for which the spec states a share.",
    )
    failures: Annotated[list[FailureStatus], Field(max_length=MAX_FAILURES)] = Field(
        default_factory=list,
        json_schema_extra=_LIST_BY_NAME,
        description=f"What each single failure kills, at most {MAX_FAILURES}, worst first. A failure that"
        " kills nothing is not listed.",
    )
    failures_omitted: int | None = Field(
        default=None, description="How many such failures are not in the list."
    )
    conditions: Annotated[list[Condition], Field(max_length=32)] = Field(
        default_factory=list,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
        description="Ready, Reconciling and Stalled, and where they hold: RedundancyLost (something is"
        " declared out of service), Overloaded (a limit is below its load), NotAdmitting"
        " (the site as a whole grants nothing), ShareExceeded (a class of work draws more than its share, or"
        " others more than what is kept for one leaves them), Contradiction (labels and"
        " envelope differ; the lower figure counts), UnknownHardware (nodes without a sure profile)."
        " docs/conditions.md lists every type and reason.",
    )
