"""Rows of a program as they come: triplets, collected and joined once."""

from __future__ import annotations

import numpy as np

from ampacity.core.distribution.solver import Floats, Ints


class Rows:
    """Rows sum(value * x[column]) <= most."""

    def __init__(self) -> None:
        self.count = 0
        self._parts: list[tuple[Ints, Ints, Floats]] = []
        self._most: list[Floats] = []

    def open(self, most: Floats) -> int:
        """So many new rows; the number of the first."""
        first = self.count
        self.count += len(most)
        self._most.append(most)
        return first

    def put(self, row: Ints, column: Ints, value: Floats | float) -> None:
        """Entries of rows; `value` one for all or one each."""
        self._parts.append((row, column, np.broadcast_to(np.asarray(value, np.float64), row.shape)))

    def joined(self) -> tuple[Floats, Ints, Ints, Floats]:
        """Most per row; row, column and value of each entry."""
        if not self._parts:
            none = np.empty(0, np.int64)
            return np.empty(0), none, none, np.empty(0)
        row, column, value = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        return np.concatenate(self._most), row, column, value
