"""Conditions as Kubernetes knows them (metav1.Condition), shared by all kinds.

`Ready` is true when all is well; `Reconciling` and `Stalled` are true when it
is not, which is what kstatus, Argo CD and Flux expect.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ampacity.apis.base import StatusModel


class Condition(StatusModel):
    """One aspect of the current state: what, since when, why, in words."""

    type: str = Field(
        max_length=316, description="What the condition is about, for example Ready or RedundancyLost."
    )
    status: Literal["True", "False", "Unknown"] = Field(
        description="Whether it holds: True, False or Unknown."
    )
    observed_generation: int = Field(
        default=0, ge=0, description="The generation of the spec that this condition was found for."
    )
    last_transition_time: str = Field(
        default="",
        json_schema_extra={"format": "date-time"},
        description="When `status` last changed.",
    )
    reason: str = Field(
        max_length=1024, description="One stable word for programs, for example InsufficientPower."
    )
    message: str = Field(
        default="", max_length=32768, description="A sentence for people, with names and numbers."
    )
