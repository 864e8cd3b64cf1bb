"""What a pool is to serve, from where, and how soon: demand by region, and bounds on latency."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ampacity.apis.base import ApiModel
from ampacity.apis.rules import Rule
from ampacity.apis.text import AreaName, ProfileName, RegionName

MAX_REGIONS = 100


class Coordinates(ApiModel):
    """A place on Earth."""

    latitude: float = Field(ge=-90, le=90, description="Degrees north. Example: 48.9.")
    longitude: float = Field(ge=-180, le=180, description="Degrees east. Example: 2.4.")


class RegionDemand(ApiModel):
    """What the users of one region ask for."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.requestsPerSecond) || has(self.query)",
            holds=lambda one: one.requests_per_second is not None or one.query is not None,
            message="nothing says how many requests the region makes",
            remedy="state requestsPerSecond, or a query",
        ),
    )

    region: RegionName = Field(
        description="Where the requests come from. It is known if the latency table of an envelope names it,"
        " if a site has that name, or by `location`. Example: paris."
    )
    requests_per_second: float | None = Field(
        default=None,
        ge=0,
        le=1_000_000_000,
        description="Requests a second; with a query, what counts at least. Default: 0, with a query."
        " Example: 12.5.",
    )
    input_tokens: int = Field(
        ge=1, le=100_000_000, description="Mean length of a prompt, in tokens. Example: 1200."
    )
    output_tokens: int = Field(
        ge=0, le=100_000_000, description="Mean length of an answer, in tokens. Example: 300."
    )
    cache_hit_rate: float = Field(
        default=0,
        ge=0,
        le=1,
        description="The part of the input tokens that a prefix cache spares. Default: 0. Example: 0.3.",
    )
    query: str | None = Field(
        default=None,
        min_length=1,
        max_length=2048,
        description="A Prometheus query that gives the requests a second as one number. Default: none, the"
        " typed figure counts. Example: 'sum(rate(vllm:request_success_total{region=\"paris\"}[5m]))'.",
    )
    served_from: Annotated[list[AreaName], Field(min_length=1, max_length=64)] | None = Field(
        default=None,
        json_schema_extra={"x-kubernetes-list-type": "set"},
        description="Countries, or regions of them as envelopes name them, from which these requests may be"
        " served. Default: from wherever the pool may run. Example: [FR, DE/bavaria].",
    )
    location: Coordinates | None = Field(
        default=None,
        description="Where the region is, to estimate round trips that no envelope states. Default: where the"
        " site of that name is. Example: {latitude: 48.9, longitude: 2.4}.",
    )


class PoolDemand(ApiModel):
    """What the pool is to serve; how many replicas that takes is worked out from the model's profile."""

    utilization: float = Field(
        default=0.7,
        gt=0,
        le=1,
        description="How busy a replica may be on average, as a part of what its model's profile says it"
        " does. Default: 0.7.",
    )
    model_profile: ProfileName | None = Field(
        default=None,
        description="For a pool with a template: the ModelProfile that says how many tokens a second a"
        " replica does. A pool with `model` has one already. Example: llama-3-3-70b.",
    )
    regions: Annotated[list[RegionDemand], Field(min_length=1, max_length=MAX_REGIONS)] = Field(
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["region"]},
        description="What is asked, region by region.",
    )


class PoolLatency(ApiModel):
    """How soon users must be answered; a site too far from a region does not serve it."""

    round_trip_milliseconds: float | None = Field(
        default=None,
        gt=0,
        le=100_000,
        description="The longest round trip between a region and a site that serves it, in milliseconds."
        " Default: no bound. Example: 80.",
    )
    time_to_first_token_milliseconds: float | None = Field(
        default=None,
        gt=0,
        le=1_000_000,
        description="The longest time to the first token: the round trip, and what the model's profile says."
        " In milliseconds. Default: no bound. Example: 500.",
    )
