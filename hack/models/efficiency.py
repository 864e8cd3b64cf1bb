"""What shares of the roofline software reaches, in prefill and in decode, read off published results.

A document gives output tokens/s x for requests of i input and o output tokens.
A request then takes o / x seconds of the replica, and the roofline says
i / prefill + o / decode. The two shares that explain a result's rates best, by
least squares of the relative error, are its efficiencies; none is above 1.
Rates with long inputs tell prefill from decode; what attention costs over such
inputs ends up in prefill's share, which is the safe side.

Asked of one model, accelerator, number of GPUs and precision, the nearest
results answer, by their median: those of exactly that; else of dense models, or
of mixtures of experts, on that accelerator (or the one it is `like`) with as
many GPUs; else on that accelerator; else with as many GPUs of any; else all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from statistics import median

import numpy as np
from numpy.typing import NDArray

from hack.models.facts import Published, accelerators, architectures, hardware, published
from hack.models.roofline import Replica

_MOST = 2048
"""Sequences per GPU that the servers measured take at a time."""


@dataclass(frozen=True, slots=True)
class Efficiency:
    """Shares of the roofline. `documents`: where they were published of exactly this; () if nowhere."""

    prefill: float = 1.0
    decode: float = 1.0
    documents: tuple[str, ...] = ()


@cache
def efficiency(model: str, accelerator: str, gpus: int, precision: str) -> Efficiency:
    """The shares to count with."""
    same = [it for it in published() if _key(it) == (model, accelerator, gpus, precision)]
    if same:
        return _median(same, tuple(dict.fromkeys(it.document for it in same)))
    mixed = architectures()[model].mixed
    alike = [it for it in published() if architectures()[it.model].mixed == mixed]
    return _median(next(found for near in _nearness(accelerator, gpus) if (found := near(alike))))


@cache
def explained(result: Published) -> Efficiency:
    """The shares that explain a result's rates best."""
    parts = _parts(result)
    slowness = np.linalg.lstsq(parts, np.ones(len(parts)), rcond=None)[0]
    for one, other in ((0, 1), (1, 0)):
        if slowness[one] < 1:
            slowness[one] = 1.0
            column = parts[:, other]
            slowness[other] = max(1.0, float(column @ (1 - parts[:, one]) / (column @ column)))
    return Efficiency(float(1 / slowness[0]), float(1 / slowness[1]))


def errors(result: Published) -> list[float]:
    """By how much the rates so explained differ from the published ones, relatively."""
    found = explained(result)
    expected = _parts(result) @ np.array([1 / found.prefill, 1 / found.decode])
    return [float(share) for share in expected - 1]


def _parts(result: Published) -> NDArray[np.float64]:
    """A row a rate: prefill's and decode's seconds by the roofline, over the seconds published."""
    on = hardware(result.accelerator, result.gpus, result.precision)
    replica = Replica(architectures()[result.model], result.precision, on)
    rows = []
    for rate in result.rates:
        context = rate.given + rate.made / 2
        batch = rate.batch or min(replica.room(context), _MOST * result.gpus)
        took = rate.made / rate.tokens
        prefill, decode = rate.given / replica.prefill(), rate.made / replica.decode(batch, context)
        rows.append((prefill / took, decode / took))
    return np.array(rows)


def _median(results: list[Published], documents: tuple[str, ...] = ()) -> Efficiency:
    every = [explained(result) for result in results]
    prefill, decode = median(it.prefill for it in every), median(it.decode for it in every)
    return Efficiency(round(prefill, 2), round(decode, 2), documents)


def _key(result: Published) -> tuple[str, str, int, str]:
    return result.model, result.accelerator, result.gpus, result.precision


def _nearness(accelerator: str, gpus: int) -> Iterator[Callable[[list[Published]], list[Published]]]:
    near = {accelerator, accelerators()[accelerator].get("like", accelerator)}
    yield lambda results: [it for it in results if it.accelerator in near and it.gpus == gpus]
    yield lambda results: [it for it in results if it.accelerator in near]
    yield lambda results: [it for it in results if it.gpus == gpus]
    yield lambda results: results
