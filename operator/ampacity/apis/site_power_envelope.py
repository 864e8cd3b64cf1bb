"""SitePowerEnvelope: what one site's power and cooling can carry."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ampacity.apis.base import API_VERSION, SHORT_NAME, ApiModel, Kind
from ampacity.apis.envelope_cooling import CoolingUnit
from ampacity.apis.envelope_domains import Domain
from ampacity.apis.envelope_racks import Rack
from ampacity.apis.envelope_shares import WorkloadShare
from ampacity.apis.envelope_status import EnvelopeStatus
from ampacity.apis.rules import Rule
from ampacity.apis.text import Country, Range, RegionName


class Location(ApiModel):
    """Where the site stands."""

    country: Country = Field(description="Country, ISO 3166-1 alpha-2. Example: SE.")
    region: str | None = Field(
        default=None,
        max_length=63,
        description="Region within the country, in your words: a pool or namespace may allow only that."
        " Example: norrbotten.",
    )
    latitude: float | None = Field(default=None, ge=-90, le=90, description="Degrees north. Example: 65.6.")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="Degrees east. Example: 22.1.")


class Interconnect(ApiModel):
    """The fabric between GPUs of different nodes."""

    gpus: int = Field(
        ge=1,
        le=1_000_000,
        description="GPUs that the site's largest fabric joins (NVLink domain, InfiniBand or Ethernet rails):"
        " the size of the largest job that may train here. Example: 1024.",
    )


class RoundTrip(ApiModel):
    """How far a region of users is, as measured."""

    region: RegionName = Field(description="A region, as pools name it in their demand. Example: paris.")
    milliseconds: float = Field(
        ge=0, le=100_000, description="Round trip between the region and the site. Example: 4.2."
    )


class Uplink(ApiModel):
    """The way by which models reach the site."""

    gigabits_per_second: float = Field(
        gt=0,
        le=1_000_000,
        description="How fast weights can be loaded, Gbit/s: what it takes to start a replica here is"
        " weighed by it. Example: 10.",
    )


def _by(key: str, limit: int) -> Any:
    extra: dict[str, Any] = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key]}
    return Field(max_length=limit, json_schema_extra=extra)


class SitePowerEnvelopeSpec(ApiModel):
    """A site: its power path, its cooling, its racks."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="!has(self.each) || self.each.all(k, k.matches('^[a-z][a-z0-9]*$') && k != 'rack')",
            holds=lambda spec: all(
                key.isascii() and key.isalnum() and key.islower() and key[0].isalpha() and key != "rack"
                for key in spec.each or {}
            ),
            message="the names of variables are lower-case letters and digits, and rack is taken",
            remedy="rename the variable, for example b for blocks",
            field="each",
        ),
    )

    tier: Literal["Central", "Edge"] = Field(
        description="Central for a large hall, Edge for a site near its users. Pools may prefer a tier."
    )
    location: Location | None = Field(
        default=None,
        description="Where the site stands. Example: {country: SE, latitude: 65.6, longitude: 22.1}.",
    )
    interconnect: Interconnect | None = Field(
        default=None,
        description="The fabric for training (pods labelled `ampacity.io/workload: training`). Default: a"
        " Central site joins all its GPUs, an Edge site none beyond the node. Example: {gpus: 64}.",
    )
    latency: Annotated[list[RoundTrip], _by("region", 1000)] | None = Field(
        default=None,
        description="Measured round trips to regions of users. Default: none; then they are estimated from"
        " coordinates.",
    )
    uplink: Uplink | None = Field(
        default=None,
        description="The way by which models reach the site. Default: not known, and not weighed.",
    )
    state: Literal["Healthy", "Lost"] = Field(
        default="Healthy",
        description="What people say of the site: while it is Lost nothing starts here, and pools with"
        " demand are served from elsewhere at once. Default: Healthy.",
    )
    shares: Annotated[list[WorkloadShare], _by("workload", 3)] | None = Field(
        default=None,
        description="Power by class of work: kept for one, or limited for one. Default: none; then priority"
        " and age decide. Example: [{workload: Training, atLeast: 400kW}, {workload: Inference, atMost:"
        " 300kW}].",
    )
    each: Annotated[dict[str, Range], Field(max_length=8)] | None = Field(
        default=None,
        description="Variables for names: a line whose name contains {b} stands for one object per value of"
        " b, and the same value is meant wherever {b} appears in that line. Example: {b: 01-10, f: 'a,b'}.",
    )
    domains: Annotated[list[Domain], _by("name", 1000)] = Field(
        min_length=1, description="The power path: everything with an electrical limit, from the meter down."
    )
    cooling: Annotated[list[CoolingUnit], _by("name", 1000)] | None = Field(
        default=None,
        description="Everything with a limit of heat. If any is listed, each rack must name what cools it."
        " Default: none; then heat is not limited.",
    )
    racks: Annotated[list[Rack], _by("names", 2000)] | None = Field(
        default=None,
        description="The racks. Default: none; then racks are known by the labels of their nodes alone"
        " (`ampacity.io/site`, `ampacity.io/rack`, `ampacity.io/rack-power`, `ampacity.io/cooling`,"
        " `ampacity.io/cooling-loop`).",
    )
    keep_redundancy: bool = Field(
        default=False,
        description="While something is declared failed: true insists that each further single failure must"
        " hold too, false that only the present state must. Default: false.",
    )


class SitePowerEnvelope(Kind):
    """The power and cooling of one site, as limits that placement keeps."""

    RULES: ClassVar[tuple[Rule, ...]] = (SHORT_NAME,)

    api_version: Literal["ampacity.io/v1alpha1"] = API_VERSION
    kind: Literal["SitePowerEnvelope"] = "SitePowerEnvelope"
    spec: SitePowerEnvelopeSpec = Field(description="What the site is made of, written by its people.")
    status: EnvelopeStatus | None = Field(
        default=None, description="What Ampacity makes of it, written by the operator."
    )
