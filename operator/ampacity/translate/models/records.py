"""A ModelProfile as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ampacity.core.distribution.model import Variant


class Origin(StrEnum):
    """Where throughput figures come from."""

    PUBLISHED = "published"  # as a document says
    DERIVED = "derived"  # worked out from what a document says of the same model and accelerators
    ESTIMATED = "estimated"  # by a formula, or from other models or accelerators
    UNSTATED = "unstated"


@dataclass(frozen=True, slots=True)
class Fit:
    """A replica on `gpus` accelerators of a profile or family. Bytes, tokens/s and milliseconds.

    `weights` and `memory`: over all its GPUs. `checkpoint`: what servers load; "" where it is the model
    itself, at whatever precision that is. `first_ms`, `token_ms`: time to first token and
    inter-token latency at which `prefill` and `decode` hold.
    """

    accelerator: str
    gpus: int
    tensor_parallel: int
    precision: str
    weights: int
    memory: int
    prefill: int
    decode: int
    first_ms: int
    token_ms: int
    checkpoint: str = ""
    origin: Origin = Origin.UNSTATED

    def variant(self, name: str, footprint: str) -> Variant:
        """The replica as distribution counts it."""
        return Variant(name, footprint, self.gpus, self.prefill, self.decode, self.first_ms)


@dataclass(frozen=True, slots=True)
class Model:
    """A model in force: `served` is what servers load and clients ask for; `context` in tokens."""

    name: str
    generation: int
    served: str
    context: int
    fits: tuple[Fit, ...]
    display_name: str = ""
