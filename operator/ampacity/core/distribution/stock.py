"""Room that is used up replica by replica."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ampacity.core.distribution.room import Ints, Mask, Room


class Stock:
    """What is left of a room: exact, and quick to ask about one berth."""

    def __init__(self, room: Room) -> None:
        self.slots, self.left = room.slots.copy(), room.left.copy()
        self._room = room
        order = np.argsort(room.berth, kind="stable")
        self._limit, self._coef = room.limit[order], room.coef[order]
        bounds = np.searchsorted(room.berth[order], np.arange(len(room.slots) + 1)).tolist()
        self._spans = [slice(first, last) for first, last in pairwise(bounds)]

    def open(self, reserved: Ints) -> Mask:
        """Berths that take one more replica: [berths]."""
        room, free = self._room, self.left - reserved
        found: Mask = self.slots > 0
        found[room.berth[room.coef > free[room.limit]]] = False
        return found

    def takes(self, berth: int, reserved: Ints) -> bool:
        """Does one more replica fit beside what is `reserved` [limits]?"""
        span = self._spans[berth]
        limits = self._limit[span]
        free = self.left[limits] - reserved[limits]
        return bool(self.slots[berth] > 0 and (self._coef[span] <= free).all())

    def most(self, berth: int) -> int:
        """How many more fit."""
        span = self._spans[berth]
        fits = self.left[self._limit[span]] // self._coef[span]
        return max(0, int(min(self.slots[berth], fits.min(initial=self.slots[berth]))))

    def put(self, berth: int, count: int = 1) -> None:
        """So many replicas more (fewer, if negative)."""
        span = self._spans[berth]
        self.left[self._limit[span]] -= self._coef[span] * count
        self.slots[berth] -= count

    def put_all(self, berths: Ints, counts: Ints) -> None:
        """Replicas in several berths."""
        for place in np.flatnonzero(counts).tolist():
            self.put(int(berths[place]), int(counts[place]))
