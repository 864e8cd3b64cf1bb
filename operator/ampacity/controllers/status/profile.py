"""Status of an AcceleratorProfile."""

from __future__ import annotations

from collections.abc import Sequence

from ampacity.apis.accelerator_profile import AcceleratorProfileStatus
from ampacity.controllers.status.conditions import acceptance
from ampacity.core.site import Problem


def profile_status(
    generation: int, accepted: int | None, problems: Sequence[Problem], nodes: int
) -> AcceleratorProfileStatus:
    """`accepted`: the generation in force; `nodes`: how many nodes are taken for this hardware now."""
    return AcceleratorProfileStatus(
        observed_generation=generation,
        accepted_generation=accepted,
        matched_nodes=nodes,
        conditions=acceptance(generation, accepted, problems),
    )
