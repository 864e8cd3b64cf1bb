"""Figures for a ModelProfile by the formula of `roofline.py`, as the catalogue states them.

The request that figures are made for has 1,000 input and 1,000 output tokens.
A step of decode may take two thirds of the inter-token latency stated, since
prefill of others comes in between; an input may take a quarter of the time to
first token by itself, the rest is for waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from hack.models.efficiency import Efficiency, efficiency
from hack.models.facts import architectures, hardware
from hack.models.roofline import Replica

INPUT, OUTPUT = 1_000, 1_000
CONTEXT = INPUT + OUTPUT / 2
DECODE_SHARE, PREFILL_SHARE = 2 / 3, 1 / 4
MOST_SEQUENCES = 1_024
_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens/s and GB of one replica, and what they rest on."""

    prefill: int
    decode: int
    memory: int
    batch: int
    efficiency: Efficiency


def estimate(model: str, accelerator: str, gpus: int, precision: str, token_ms: int) -> Estimate:
    """At an inter-token latency of `token_ms`. `batch` 0: it cannot be met, or the model does not fit."""
    reached = efficiency(model, accelerator, gpus, precision)
    on = hardware(accelerator, gpus, precision)
    replica = Replica(architectures()[model], precision, on, reached.prefill, reached.decode)
    batch = replica.batch(CONTEXT, DECODE_SHARE * token_ms / 1000, MOST_SEQUENCES)
    return Estimate(
        prefill=rounded(replica.prefill()),
        decode=rounded(replica.decode(batch, CONTEXT)),
        memory=ceil(replica.memory(batch, CONTEXT) / 1e9),
        batch=batch,
        efficiency=reached,
    )


def rounded(value: float) -> int:
    """Down to two digits: an estimate knows no more."""
    whole = int(value)
    unit = int(10 ** max(0, len(str(whole)) - _DIGITS))
    return whole // unit * unit
