"""Since when each controller has asked for power: the age of its waiting pods.

A replaced pod is a new pod, but no new request. So a controller is as old as
the oldest pod it was ever seen with, and is remembered for a while when it has
no pod at all: a StatefulSet's pod goes before the next one comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ampacity.controllers.standing import Change
from ampacity.translate.records import PodRecord

_REMEMBERED = 600.0
"""Seconds for which a controller without pods keeps its age."""

_MOST_REMEMBERED = 10_000


class Ages:
    """Follows the pods one change at a time. Times: seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._since: dict[str, int] = {}
        self._pods: Counter[str] = Counter()
        self._without: dict[str, float] = {}

    @property
    def since(self) -> Mapping[str, int]:
        """By controller, in seconds since the epoch: a live view."""
        return MappingProxyType(self._since)

    def follow(self, changes: Iterable[Change], now: float) -> None:
        """Take note of pods that came, changed and went."""
        for old, new in changes:
            if new is not None and _asks(new):
                self._since[new.controller] = min(new.since, self._since.get(new.controller, new.since))
                self._pods[new.controller] += 1
                self._without.pop(new.controller, None)
            if old is not None and _asks(old):
                self._leaves(old.controller, now)
        self._forget(now)

    def _leaves(self, controller: str, now: float) -> None:
        self._pods[controller] -= 1
        if not self._pods[controller]:
            del self._pods[controller]
            self._without[controller] = now

    def _forget(self, now: float) -> None:
        for controller, at in list(self._without.items()):
            if len(self._without) <= _MOST_REMEMBERED and now - at < _REMEMBERED:
                break
            del self._without[controller], self._since[controller]


def _asks(pod: PodRecord) -> bool:
    """Whether it asks for GPUs as one of several: a bare pod is as old as itself."""
    wants = pod.waiting or pod.shape.gpu_units or pod.reservation is not None
    return bool(wants) and not pod.controller.startswith("Pod/")
