"""What one replica of each model does on each accelerator, and what it draws. Values only.

A request keeps a replica busy for in / prefill + out / decode seconds; so many
requests a second keep it as busy as the utilisation allows. Power is the share
of its GPUs in the server's maximum; of several profiles of a family the one
that draws most for a GPU counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ampacity.core.distribution.goodput import replicas_per_request
from ampacity.core.distribution.model import Demand
from ampacity.translate.models.matching import fits_on
from ampacity.translate.models.records import Fit, Model
from ampacity.translate.records import Profile


@dataclass(frozen=True, slots=True)
class Mix:
    """Mean tokens of a request, the part of the input that a cache spares, how busy a replica may be."""

    given: float = 1000
    made: float = 250
    cached: float = 0.0
    utilisation: float = 0.7


@dataclass(frozen=True, slots=True)
class Offer:
    """One model on one accelerator. `watts`: 0 if no profile in force says what its servers draw."""

    model: Model
    fit: Fit
    requests: float
    watts: float
    tokens_per_joule: float


def offers(models: Iterable[Model], profiles: Sequence[Profile], mix: Mix) -> Iterator[Offer]:
    """An offer for each fit, in the order of the models and their fits."""
    for model in models:
        for fit in model.fits:
            requests = 1 / replicas_per_request(_request(mix), fit.variant("", ""), mix.utilisation)
            watts = _watts(model, fit, profiles)
            made = requests * mix.made
            yield Offer(model, fit, requests, watts, made / watts if watts else 0.0)


def _request(mix: Mix) -> Demand:
    return Demand("", 1.0, mix.given, mix.made, mix.cached)


def _watts(model: Model, fit: Fit, profiles: Sequence[Profile]) -> float:
    homes = (profile for profile in profiles if fit in fits_on(model, profile))
    milliwatts = (profile.maximum * fit.gpus / profile.gpus for profile in homes)
    return max(milliwatts, default=0) / 1000
