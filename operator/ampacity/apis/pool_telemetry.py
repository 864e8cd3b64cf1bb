"""What the query of a region said last; the operator starts from it after a restart."""

from __future__ import annotations

from pydantic import Field

from ampacity.apis.base import StatusModel


class RegionTelemetry(StatusModel):
    """The demand of one region as measured."""

    region: str = Field(max_length=253, description="The region, as `spec.demand` names it.")
    requests_per_second: float | None = Field(
        default=None,
        description="Requests a second, to three digits; absent until there has been an answer to the query.",
    )
    stale: bool = Field(
        default=False,
        description="Whether the newest answer is missing. Then the last figure stays, and is never zero.",
    )
    at: str | None = Field(
        default=None, max_length=32, description="When a figure that is stale now was measured."
    )
    message: str | None = Field(
        default=None,
        max_length=1024,
        description="Why there is no newer figure. Example: Prometheus cannot be reached.",
    )
