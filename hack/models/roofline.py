"""What a model should do on GPUs: a roofline of memory bandwidth and arithmetic, with what overhead costs.

A step of decode makes one token for each sequence of the batch. It reads the
weights (of a mixture of experts: those that the batch touches) and the KV cache
of every sequence, at ETA of the bandwidth; it multiplies at MU of the dense
rate; the slower of the two counts, and each layer costs a fixed overhead:

    step(b, c) = max((weights(b) + b x c x cache) / (ETA x bandwidth),
                     2 x active x b / (MU x rate)) + layers x overhead
    decode     = b / step(b, c)         at the largest batch b that latency and memory allow
    prefill    = MU x rate / (2 x active)

Prefill leaves out what attention over long inputs costs: good for some thousand
tokens. Of all this, software reaches a share, which divides the times.

ETA, MU and the overheads were set so that dense models on one GPU come out as
published (shares near 1); `efficiency.py` has the shares of the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

ETA, MU = 0.70, 0.45
OVERHEAD, COLLECTIVES = 40e-6, 20e-6
"""Seconds a layer: launches and norms; and all-reduces, where a replica has several GPUs."""

USABLE, RESERVE = 0.90, 2e9
"""Share of the memory that servers take; bytes of each GPU for activations and buffers."""

WEIGHT_BYTES = {"BF16": 2.0, "FP8": 1.0, "FP4": 0.5625, "MXFP4": 0.53125}
CACHE_SHARE = {"BF16": 1.0, "FP8": 0.5, "FP4": 0.5, "MXFP4": 1.0}
"""Bytes a parameter, scales included; and of the 16-bit cache what is used beside such weights."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """Parameters, those that one token uses, layers, and bytes of 16-bit KV cache for one token."""

    parameters: float
    active: float
    layers: int
    cache: float

    @property
    def mixed(self) -> bool:
        """Whether it is a mixture of experts."""
        return self.active < self.parameters


@dataclass(frozen=True, slots=True)
class Hardware:
    """Several GPUs as one: bytes, bytes/s, FLOP/s at the precision used."""

    gpus: int
    memory: float
    bandwidth: float
    rate: float


@dataclass(frozen=True, slots=True)
class Replica:
    """A model at a precision on GPUs; the shares of the roofline that software reaches."""

    model: Architecture
    precision: str
    on: Hardware
    prefill_share: float = 1.0
    decode_share: float = 1.0

    @property
    def weights(self) -> float:
        """Bytes of the weights."""
        return self.model.parameters * WEIGHT_BYTES[self.precision]

    @property
    def cache(self) -> float:
        """Bytes of cache for one token."""
        return self.model.cache * CACHE_SHARE[self.precision]

    def step(self, batch: int, context: float) -> float:
        """Seconds for one token of each of `batch` sequences, each `context` tokens long so far."""
        model, on = self.model, self.on
        share = model.active / model.parameters
        touched = 1 - (1 - share) ** batch
        reading = (self.weights * touched + batch * context * self.cache) / (ETA * on.bandwidth)
        multiplying = 2 * model.active * batch / (MU * on.rate)
        overhead = OVERHEAD + (COLLECTIVES if on.gpus > 1 else 0)
        return (max(reading, multiplying) + model.layers * overhead) / self.decode_share

    def prefill(self) -> float:
        """Input tokens/s."""
        return self.prefill_share * MU * self.on.rate / (2 * self.model.active)

    def room(self, context: float) -> int:
        """How many sequences of `context` tokens the memory holds beside the weights."""
        free = USABLE * self.on.memory - self.on.gpus * RESERVE - self.weights
        return max(0, int(free / (context * self.cache)))

    def memory(self, batch: int, context: float) -> float:
        """Bytes of GPU memory with so many sequences."""
        return self.weights + self.on.gpus * RESERVE + batch * context * self.cache

    def batch(self, context: float, slowest: float, most: int) -> int:
        """The largest batch whose step takes at most `slowest` seconds and that fits; 0 if none does."""
        fits = (n for n in range(min(self.room(context), most), 0, -1) if self.step(n, context) <= slowest)
        return next(fits, 0)

    def decode(self, batch: int, context: float) -> float:
        """Output tokens/s at a batch."""
        return batch / self.step(batch, context) if batch else 0.0
