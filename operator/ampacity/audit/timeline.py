"""Values over resourceVersions, and resourceVersions over time.

All kinds of objects share one counter in etcd, so a resourceVersion is a
moment in the life of the whole cluster. Clocks are only needed to say what
somebody may already have known.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Generic, TypeVar

T = TypeVar("T")


class Timeline(Generic[T]):
    """One object's values, each from its version on; None before the first and after a deletion."""

    def __init__(self) -> None:
        self._versions: list[int] = []
        self._values: list[T | None] = []

    def put(self, version: int, value: T | None) -> None:
        """The value from `version` on; versions may come slightly out of order."""
        place = bisect_right(self._versions, version)
        self._versions.insert(place, version)
        self._values.insert(place, value)

    def at(self, version: int) -> T | None:
        """The value that held at `version`."""
        place = bisect_right(self._versions, version)
        return self._values[place - 1] if place else None

    def last(self, version: int) -> T | None:
        """The value that held at `version`, or the last one before it was deleted."""
        held = self._values[: bisect_right(self._versions, version)]
        return next((value for value in reversed(held) if value is not None), None)

    def values(self) -> list[T]:
        """Every value that ever held, oldest first."""
        return [value for value in self._values if value is not None]

    def during(self, first: int, last: int) -> list[T]:
        """Every value that held at some moment from `first` to `last`, oldest first."""
        start = max(bisect_right(self._versions, first) - 1, 0)
        values = self._values[start : bisect_right(self._versions, last)]
        return [value for value in values if value is not None]


class Clock:
    """When each resourceVersion existed at the latest, from what was received when.

    A record received at some time proves that every smaller version existed by
    then, so a slow watch of one kind does not make its objects look younger.
    """

    def __init__(self) -> None:
        self._versions: list[int] = []
        self._times: list[float] = []

    def saw(self, version: int, time: float) -> None:
        """Something of this version was received; times must not go back."""
        if not self._versions or version > self._versions[-1]:
            self._versions.append(version)
            self._times.append(time)

    def time_of(self, version: int) -> float:
        """The earliest time at which `version` is known to have existed."""
        place = bisect_left(self._versions, version)
        return self._times[min(place, len(self._times) - 1)] if self._times else 0.0

    def version_at(self, time: float) -> int:
        """The newest version that is known to have existed at `time`; 0 before the first."""
        place = bisect_right(self._times, time)
        return self._versions[place - 1] if place else 0
