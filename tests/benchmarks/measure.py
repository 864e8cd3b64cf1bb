"""What a benchmark hands back, and how it takes time: the median of several runs."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

REPEATS = 7


@dataclass(frozen=True, slots=True)
class Measurement:
    """One figure.

    `against` names what `ratio` compares `value` with (another measurement of the same run, or what was
    there before); both are left out where there is nothing to compare. `limit`: the most `value` may be,
    None where the figure only informs. `subject`, where given, is run once more under the profiler if
    the limit is missed.
    """

    name: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
    limit: float | None = None
    subject: Callable[[], object] | None = field(default=None, repr=False, compare=False)

    @property
    def missed(self) -> bool:
        """True where there is a limit and the figure is above it."""
        return self.limit is not None and self.value > self.limit

    def record(self) -> dict[str, str | float | None]:
        """The entry in build/bench.json."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "against": self.against,
            "ratio": self.ratio,
            "limit": self.limit,
        }


def milliseconds(subject: Callable[[], object], repeats: int = REPEATS) -> float:
    """Median wall time of `subject` in ms over `repeats` runs, after one that is not counted."""
    subject()
    return median(_once(subject) for _ in range(repeats))


def _once(subject: Callable[[], object]) -> float:
    gc.collect()
    start = perf_counter()
    subject()
    return (perf_counter() - start) * 1000
