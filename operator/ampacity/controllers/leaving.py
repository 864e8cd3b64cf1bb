"""Pods of pools on their way out: which pools have such, and which of the pods are late.

A pool that is made larger again takes over the places of its pods that still
leave, rather than start elsewhere at once. But a pod may hang (a driver, a
volume), and then its place comes back much later or never. It has its own grace
period and a little more; from then on its pool counts on it no longer. Its watts
count until it is gone, whatever its pool does.
"""

from __future__ import annotations

from collections.abc import Iterable

from ampacity.controllers.standing import Change
from ampacity.translate.records import PodRecord

_MORE = 15.0
"""Seconds beyond its grace period in which an ended pod's object goes: the kubelet unmounts and tells."""


class Leaving:
    """Follows the pods one change at a time. Times: seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._until: dict[str, tuple[str, float]] = {}

    @property
    def pools(self) -> frozenset[str]:
        """Pools ("namespace/name") of which a pod is leaving."""
        return frozenset(pool for pool, _ in self._until.values())

    def late(self, now: float) -> frozenset[str]:
        """Uids of pods that should have been gone by now."""
        return frozenset(uid for uid, (_, until) in self._until.items() if now > until)

    def follow(self, changes: Iterable[Change], now: float) -> None:
        """Take note of pods that begin to leave, and of those that are gone."""
        for old, new in changes:
            if new is not None and _leaves(new):
                self._until.setdefault(new.uid, (new.pool, now + new.grace + _MORE))
            elif old is not None:
                self._until.pop(old.uid, None)


def _leaves(pod: PodRecord) -> bool:
    return bool(pod.pool) and pod.terminating and not pod.waiting
