"""Where a pool's replicas may run, and how they are kept apart."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ampacity.apis.base import ApiModel
from ampacity.apis.text import AreaName, DomainType


class PoolSpread(ApiModel):
    """How replicas are kept apart."""

    sites: int | None = Field(
        default=None, ge=1, le=200, description="At least so many sites. Default: 1. Example: 2."
    )
    max_share_percent: int | None = Field(
        default=None,
        ge=1,
        le=100,
        description="At most this part of the replicas at one site. Default: 100. Example: 60.",
    )
    survive_site_loss: bool = Field(
        default=False,
        description="Whether the replicas of the other sites must carry everything when any one site is"
        " lost; they run all the time. Default: false.",
    )


class SiteSelector(ApiModel):
    """Sites by the labels of their envelopes."""

    match_labels: Annotated[dict[str, str], Field(max_length=16)] | None = Field(
        default=None,
        description="Labels that the SitePowerEnvelope must carry, all of them. Example: {region: north}.",
    )


class Placement(ApiModel):
    """Where replicas may run."""

    tiers: Annotated[list[Literal["Central", "Edge"]], Field(max_length=2)] | None = Field(
        default=None,
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
        description="Tiers of sites that are acceptable, in order of preference; a later one is used when the"
        " earlier ones are full. Default: any tier, no preference. Example: [Edge, Central].",
    )
    site_selector: SiteSelector | None = Field(
        default=None, description="Sites by label. Default: all sites."
    )
    residency: Annotated[list[AreaName], Field(min_length=1, max_length=64)] | None = Field(
        default=None,
        json_schema_extra={"x-kubernetes-list-type": "set"},
        description="Where replicas may run at all: countries (ISO 3166-1), or regions of them as envelopes"
        " name them. Sites that do not say where they stand are left out. What the namespace's annotation"
        " `ampacity.io/residency` allows binds too. Default: anywhere. Example: [FR, DE/bavaria].",
    )
    must_survive: Annotated[list[DomainType], Field(max_length=16)] | None = Field(
        default=None,
        json_schema_extra={"x-kubernetes-list-type": "set"},
        description="Types of domains and cooling units whose single failure each replica must survive: racks"
        " that would go dark or be throttled are left out. Default: none. Example: [Feed, UPS, CDU].",
    )
    overflow: bool | None = Field(
        default=None,
        description="Whether tiers after the first may be used when it is full. Default: true.",
    )
    spread: PoolSpread | None = Field(
        default=None,
        description="How replicas are kept apart. Default: not at all. Example: {sites: 2, maxSharePercent:"
        " 60}.",
    )
