"""Which pods their kubelets refused since the last cycle that dealt with them.

Follows the pods like `Standing`: what is told of a pod counts once the pod
leaves the index, so that it is never gone and unaccounted for, nor there twice.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from ampacity.controllers.standing import Change
from ampacity.translate.pods.rejection import Rejection
from ampacity.translate.records import PodRecord


@dataclass(frozen=True, slots=True)
class Rejected:
    """A pod as it was last known, before `node` refused it, and why it did."""

    pod: PodRecord
    node: str
    why: str


class Rejections:
    """Times: seconds of a clock that never jumps. `patience`: for how long a rejection that nobody dealt
    with (this process does not lead) is worth knowing."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._told: dict[str, Rejection] = {}
        self._open: dict[str, tuple[Rejected, float]] = {}

    @property
    def open(self) -> tuple[Rejected, ...]:
        """Those not dealt with yet, in the order in which they came."""
        return tuple(rejected for rejected, _ in self._open.values())

    def note(self, rejection: Rejection) -> None:
        """A kubelet has refused a pod; the watch will tell that it is gone."""
        self._told[rejection.uid] = rejection

    def follow(self, changes: Iterable[Change], stays: Container[str], now: float) -> None:
        """Take note of pods that are gone now. `stays`: uids of all pods that are not."""
        for old, new in changes:
            if old is not None and new is None and old.uid in self._told:
                told = self._told.pop(old.uid)
                self._open[old.uid] = (Rejected(old, told.node or old.node, told.why), now)
        self._told = {uid: told for uid, told in self._told.items() if uid in stays}
        self._open = {uid: found for uid, found in self._open.items() if now - found[1] < self._patience}

    def dealt_with(self, rejected: Iterable[Rejected]) -> None:
        """The cycle that saw these is through."""
        for one in rejected:
            self._open.pop(one.pod.uid, None)
