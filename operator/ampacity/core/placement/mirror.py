"""Integers that are changed one at a time and read in bulk.

A plan changes a few figures per grant, where Python's integers are ten times as fast as an array's
elements, and scores thousands of nodes at once, where arrays are. This keeps both and copies only
what has changed.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from ampacity.core.placement.columns import Ints

Item = TypeVar("Item", int, list[int])


class Mirror(Generic[Item]):
    """`values` is the truth; who changes an item adds its index to `changed`."""

    __slots__ = ("_array", "changed", "values")

    def __init__(self, array: Ints) -> None:
        self._array = array.copy()
        self.values: list[Item] = array.tolist()
        self.changed: set[int] = set()

    def array(self) -> Ints:
        """The same as an array, not to be written to; good until the next call."""
        if self.changed:
            indices = list(self.changed)
            self._array[indices] = [self.values[index] for index in indices]
            self.changed.clear()
        return self._array
