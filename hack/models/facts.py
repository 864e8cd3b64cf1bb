"""The three files beside this one, as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from hack.models.roofline import Architecture, Hardware

_HERE = Path(__file__).parent
_GB, _TB, _TERA, _BILLION = 1e9, 1e12, 1e12, 1e9


@dataclass(frozen=True, slots=True)
class Rate:
    """Output tokens/s for requests of so many tokens; `batch` 0: as many at a time as fit."""

    given: int
    made: int
    tokens: float
    batch: int = 0


@dataclass(frozen=True, slots=True)
class Published:
    """What a document says of a model on so many GPUs."""

    document: str
    model: str
    accelerator: str
    gpus: int
    precision: str
    rates: tuple[Rate, ...]


@cache
def accelerators() -> Mapping[str, Mapping[str, Any]]:
    """Per GPU, by family."""
    return dict(_read("accelerators.yaml"))


def hardware(accelerator: str, gpus: int, precision: str) -> Hardware:
    """So many GPUs of a family. KeyError if it does not run the precision."""
    one = accelerators()[accelerator]
    rate = one["tflops"][precision] * _TERA
    return Hardware(gpus, gpus * one["memory"] * _GB, gpus * one["bandwidth"] * _TB, gpus * rate)


@cache
def architectures() -> Mapping[str, Architecture]:
    """By name of the model's profile."""
    return {
        name: Architecture(it["parameters"] * _BILLION, it["active"] * _BILLION, it["layers"], it["cache"])
        for name, it in _read("architectures.yaml").items()
    }


@cache
def published() -> tuple[Published, ...]:
    """Every result, in the order of the file."""
    return tuple(_results())


def _results() -> Iterator[Published]:
    for source in _read("published.yaml"):
        for result in source["results"]:
            rates = tuple(Rate(*rate) for rate in result.pop("rates"))
            yield Published(document=source["document"], rates=rates, **result)


def _read(name: str) -> Any:
    return yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))
