"""Waiting longer after each failure in a row, with jitter so that a fleet does not come back in step."""

from __future__ import annotations

import random

_LONGEST_ASKED = 30.0


class Backoff:
    """Delays that double from `first` up to `longest` seconds, each drawn from its upper half."""

    def __init__(self, first: float = 0.2, longest: float = 10.0, rng: random.Random | None = None) -> None:
        self._first = first
        self._longest = longest
        self._rng = rng or random.Random()
        self._failures = 0

    def next(self, at_least: float | None = None) -> float:
        """Seconds to wait after one more failure; not less than what the server asked for, within reason."""
        ceiling = min(self._longest, self._first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return max(ceiling * self._rng.uniform(0.5, 1.0), min(at_least or 0.0, _LONGEST_ASKED))

    def reset(self) -> None:
        """Something worked: begin from the shortest delay again."""
        self._failures = 0
