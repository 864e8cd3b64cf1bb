"""Whom a pool serves from where, as its status tells."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ampacity.apis.base import StatusModel

MAX_STOPS = 16
"""Sites of one region that a status names."""


class SteeringStop(StatusModel):
    """A site that may serve a region."""

    site: str = Field(max_length=253, description="Name of the SitePowerEnvelope.")
    weight: int = Field(
        default=0,
        description="Thousandths of the region's requests that are best sent there now; 0: only if others"
        " fail. Weights follow the replicas that are ready.",
    )


class RegionSteering(StatusModel):
    """Where a region's requests belong, for GeoDNS, anycast or a gateway of one's own."""

    region: str = Field(max_length=253, description="The region, as `spec.demand` names it.")
    sites: Annotated[list[SteeringStop], Field(max_length=MAX_STOPS)] = Field(
        default_factory=list,
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
        description=f"Sites that may serve it, in the order in which to try them, at most {MAX_STOPS}. None"
        " ever breaks residency or the pool's bounds.",
    )


class RegionService(StatusModel):
    """What is served of a region's demand."""

    region: str = Field(max_length=253, description="The region, as `spec.demand` names it.")
    requests_per_second: float = Field(
        default=0, description="What is asked, stated or measured, to three digits."
    )
    served: float = Field(
        default=0, description="Requests a second that the replicas which are ready now serve of it."
    )
    unserved: float = Field(
        default=0, description="Requests a second for which no site has a replica to give."
    )
    reason: str | None = Field(
        default=None,
        max_length=128,
        description="Why, in one stable word: LimitShort and so on. Absent where nothing is unserved.",
    )
    message: str | None = Field(
        default=None,
        max_length=1024,
        description="Why, as a sentence. Example: paris: 1 requests/s (33%) not served; par: all 2 places for"
        " h200 are taken.",
    )
