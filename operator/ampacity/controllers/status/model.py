"""Status of a ModelProfile."""

from __future__ import annotations

from collections.abc import Sequence

from ampacity.apis.model_profile import ModelProfileStatus
from ampacity.controllers.accepted import Verdict
from ampacity.controllers.status.conditions import acceptance, condition, listed
from ampacity.translate.models.matching import unusable, usable
from ampacity.translate.models.records import Model
from ampacity.translate.records import Profile


def model_status(verdict: Verdict[Model], profiles: Sequence[Profile]) -> ModelProfileStatus:
    """`profiles`: the accelerator profiles in force, which decide which fits can be used."""
    model, generation = verdict.value, verdict.generation
    conditions = acceptance(generation, verdict.accepted, verdict.problems)
    missing = listed(unusable(model, profiles)) if model is not None else ""
    if missing:
        conditions.append(condition("UnusableFits", True, "NoSuchServer", missing, generation=generation))
    return ModelProfileStatus(
        observed_generation=generation,
        accepted_generation=verdict.accepted,
        fits=len(model.fits) if model is not None else None,
        usable=len(usable(model, profiles)) if model is not None else None,
        conditions=conditions,
    )
