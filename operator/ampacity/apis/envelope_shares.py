"""Shares of a site's power for classes of work."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from ampacity.apis.base import ApiModel
from ampacity.apis.quantities import Power
from ampacity.apis.rules import Rule

WorkloadClass = Literal["Training", "Inference", "Batch"]


class WorkloadShare(ApiModel):
    """What one class of work may have: so much kept for it, so much and no more, or both."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.atLeast) || has(self.atMost)",
            holds=lambda share: share.at_least is not None or share.at_most is not None,
            message="a share without atLeast and atMost says nothing",
            remedy="state atLeast to keep power for the class, atMost to limit it, or both",
        ),
    )

    workload: WorkloadClass = Field(
        description="The class, as pods' label `ampacity.io/workload` says it in lower case. Pods without"
        " that label are Inference; a pod whose label is no class counts as each of them."
    )
    at_least: Power | None = Field(
        default=None,
        description="Kept for the class, for what its GPUs add to idle servers: all else (other classes, idle"
        " servers, what is in doubt) may draw at most what the site's racks can draw together, less this."
        " Default: nothing is kept. Example: 400kW.",
    )
    at_most: Power | None = Field(
        default=None,
        description="The most that the class may draw: each of its GPUs counts with its equal part of its"
        " server at full draw. Default: whatever the site has. Example: 300kW.",
    )
