"""Who stands where: how many places each controller's pods have, and which of them were just left.

Follows the pods one change at a time, like the index, but remembers what the
index forgets: the pods that are gone, until their places are dealt with, and
how many places their controllers had before. See `core.ledger.left`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ampacity.core.ledger import MAX_LEFT
from ampacity.translate.ledger.left import has_place, is_replaced
from ampacity.translate.records import PodRecord

Change = tuple[PodRecord | None, PodRecord | None]
"""A pod as it was known, and as it is known now."""


class Standing:
    """Of controllers that replace their pods. Times: seconds of a clock that never jumps.

    `patience`: for how long a place that nobody dealt with (this process does not lead) is worth knowing.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._live: Counter[str] = Counter()
        self._leaving: Counter[str] = Counter()
        self._before: dict[str, int] = {}
        self._left: dict[str, tuple[PodRecord, float]] = {}
        self._reserved: Mapping[str, int] = {}

    @property
    def left(self) -> tuple[PodRecord, ...]:
        """Pods that are gone and whose places were not dealt with yet, in the order in which they went."""
        return tuple(pod for pod, _ in self._left.values())

    @property
    def owed(self) -> Mapping[str, int]:
        """By controller of `left`: the places it had, less those its pods have."""
        controllers = {pod.controller for pod in self.left}
        return {key: max(0, self._before.get(key, 0) - self._live[key]) for key in controllers}

    def follow(self, changes: Iterable[Change], now: float) -> None:
        """Take note of what has happened; all of it at once, for it is not known what came first."""
        mine = [(old, new) for old, new in changes if _concerns(old) or _concerns(new)]
        for old, new in mine:
            if old is not None and _lives(old) and not _lives(new):
                had = self._live[old.controller] + self._reserved.get(old.controller, 0)
                self._before[old.controller] = max(had, self._before.get(old.controller, 0))
        for old, new in mine:
            self._count(old, -1)
            self._count(new, +1)
            if old is not None and _concerns(old) and new is None:
                self._left[old.uid] = (old, now)
        self._forget(now)

    def dealt_with(self, pods: Iterable[PodRecord], reserved: Mapping[str, int]) -> None:
        """These places are held now, or will not be.

        `reserved`: places that the ledger keeps, by controller.
        """
        for pod in pods:
            self._left.pop(pod.uid, None)
        self._reserved = reserved
        self._settle()

    def _count(self, pod: PodRecord | None, step: int) -> None:
        if pod is None or not _concerns(pod):
            return
        counts = self._live if _lives(pod) else self._leaving
        counts[pod.controller] += step
        if not counts[pod.controller]:
            del counts[pod.controller]

    def _forget(self, now: float) -> None:
        for uid, (_, at) in list(self._left.items()):
            if len(self._left) <= MAX_LEFT and now - at < self._patience:
                break
            del self._left[uid]
        self._settle()

    def _settle(self) -> None:
        """What a controller had before matters only while one of its pods is leaving or has just left."""
        if self._before:
            open_ = {pod.controller for pod in self.left} | self._leaving.keys()
            self._before = {key: count for key, count in self._before.items() if key in open_}


def _concerns(pod: PodRecord | None) -> bool:
    return pod is not None and has_place(pod) and is_replaced(pod)


def _lives(pod: PodRecord | None) -> bool:
    return pod is not None and _concerns(pod) and not pod.terminating
