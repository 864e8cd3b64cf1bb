"""A ModelProfile as values, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ampacity.apis import ModelProfile, read
from ampacity.apis.accelerator_profile import FigureSource
from ampacity.apis.model_profile import ModelFit, ModelProfileSpec, Weights
from ampacity.core.site import Problem
from ampacity.translate.models.records import Fit, Model, Origin

_GB = 1_000_000_000
_RATES = ("prefillTokensPerSecond", "decodeTokensPerSecond")
_WORST_FIRST = (Origin.UNSTATED, Origin.ESTIMATED, Origin.DERIVED, Origin.PUBLISHED)


def model_of(obj: Mapping[str, Any]) -> tuple[Model | None, tuple[Problem, ...]]:
    """The model that a ModelProfile (its JSON) describes, or None and every problem found."""
    resource, problems = read(ModelProfile, obj)
    if resource is None:
        return None, problems
    problems = tuple(_doubled(resource.spec))
    return (None if problems else _model(resource)), problems


def _model(resource: ModelProfile) -> Model:
    spec = resource.spec
    weights = {entry.precision: entry for entry in spec.weights}
    return Model(
        name=resource.metadata.name,
        generation=resource.metadata.generation,
        served=spec.model,
        context=spec.context_length,
        fits=tuple(_fit(fit, weights[fit.precision]) for fit in spec.fits),
        display_name=spec.display_name or "",
    )


def _fit(fit: ModelFit, weights: Weights) -> Fit:
    return Fit(
        accelerator=fit.accelerator,
        gpus=fit.gpus,
        tensor_parallel=fit.tensor_parallel or fit.gpus,
        precision=fit.precision,
        weights=round(weights.gigabytes * _GB),
        memory=fit.memory_gigabytes * _GB,
        prefill=fit.prefill_tokens_per_second,
        decode=fit.decode_tokens_per_second,
        first_ms=fit.latency.time_to_first_token_milliseconds,
        token_ms=fit.latency.inter_token_latency_milliseconds,
        checkpoint=weights.model or "",
        origin=min((_origin(fit.sources or (), figure) for figure in _RATES), key=_WORST_FIRST.index),
    )


def _origin(sources: Sequence[FigureSource], figure: str) -> Origin:
    """The best that is said of a figure."""
    said = [_kind(source) for source in sources if figure in source.figures]
    return max(said, key=_WORST_FIRST.index, default=Origin.UNSTATED)


def _kind(source: FigureSource) -> Origin:
    if source.document is None:
        return Origin.ESTIMATED
    return Origin.PUBLISHED if source.estimated is None else Origin.DERIVED


def _doubled(spec: ModelProfileSpec) -> Iterator[Problem]:
    """What the API server refuses as doubled keys of a list; files come without it."""
    remedy = "keep one of them"
    for precision in _repeated(entry.precision for entry in spec.weights):
        yield Problem("spec.weights", f"states {precision} twice", remedy)
    for accelerator, gpus in _repeated((fit.accelerator, fit.gpus) for fit in spec.fits):
        yield Problem("spec.fits", f"has {gpus} x {accelerator} twice", remedy)


def _repeated(keys: Iterable[Any]) -> list[Any]:
    every = list(keys)
    return [key for key in dict.fromkeys(every) if every.count(key) > 1]
