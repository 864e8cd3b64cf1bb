"""What an answer of Prometheus says, if it says anything: pure.

One number, or several that are added up. Whatever casts doubt on a part of it makes all of it missing, for a
sum over what happens to be left is too low.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from ampacity.translate.telemetry import MOST

OLDEST = 300.0
"""Seconds after which an answer is of no use; as long as Prometheus itself looks back for a sample."""


@dataclass(frozen=True, slots=True)
class Found:
    """Requests/s, and when they were measured (seconds since the epoch)."""

    value: float
    at: float


@dataclass(frozen=True, slots=True)
class Missing:
    """No figure, and why, as a sentence without its full stop."""

    why: str


Answer = Found | Missing


def read_answer(result: Any, now: float) -> Answer:
    """`result` as the library hands it over: a vector's series, or the time and text of a scalar."""
    if not isinstance(result, list):
        return Missing("the answer to the query is no number")
    if not result:
        return Missing("the query finds no series")
    samples = [result] if not isinstance(result[0], dict) else [one.get("value") for one in result]
    try:
        parts = [(float(at), float(text)) for at, text in samples]
    except (TypeError, ValueError):
        return Missing("the query gives no plain numbers; it must give one figure a series, at one moment")
    return _sum(parts, now)


def _sum(parts: list[tuple[float, float]], now: float) -> Answer:
    total, oldest = sum(value for _, value in parts), min(at for at, _ in parts)
    doubtful = next((value for _, value in parts if not (isfinite(value) and value >= 0)), None)
    if doubtful is not None:
        return Missing(f"the query gives {doubtful:g}, which is no rate of requests")
    if total > MOST:
        return Missing(f"the query gives {total:g} requests/s, and more than {MOST:g} cannot be meant")
    if abs(now - oldest) > OLDEST:
        when = "old" if oldest < now else "ahead of the operator's clock"
        return Missing(f"the answer to the query is {abs(now - oldest):.0f} s {when}")
    return Found(total, oldest)
