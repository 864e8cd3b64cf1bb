"""The fits of the model catalogue, with what the formula gives for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ampacity.catalogue import models
from hack.models.estimate import Estimate, estimate

Figures = tuple[int, int, int]
"""Prefill and decode in tokens/s, memory in GB."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One fit as the catalogue states it. `measured`: its rates are a document's own, not the formula's."""

    model: str
    accelerator: str
    gpus: int
    precision: str
    first_ms: int
    token_ms: int
    figures: Figures
    measured: bool

    @property
    def estimate(self) -> Estimate:
        """What the formula gives at the latency stated."""
        return estimate(self.model, self.accelerator, self.gpus, self.precision, self.token_ms)

    @property
    def formula(self) -> Figures:
        """The same as the catalogue would state it."""
        found = self.estimate
        return found.prefill, found.decode, found.memory


def stated() -> Iterator[Stated]:
    """Every fit of every model, by name."""
    for document in models():
        for fit in document["spec"]["fits"]:
            yield _stated(document["metadata"]["name"], fit)


def _stated(model: str, fit: dict[str, Any]) -> Stated:
    rates = next(s for s in fit["sources"] if "decodeTokensPerSecond" in s["figures"])
    return Stated(
        model=model,
        accelerator=fit["accelerator"],
        gpus=fit["gpus"],
        precision=fit["precision"],
        first_ms=fit["latency"]["timeToFirstTokenMilliseconds"],
        token_ms=fit["latency"]["interTokenLatencyMilliseconds"],
        figures=(fit["prefillTokensPerSecond"], fit["decodeTokensPerSecond"], fit["memoryGigabytes"]),
        measured="estimated" not in rates,
    )
