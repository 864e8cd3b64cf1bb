"""Which grants the holds object announced, and when: the write-ahead fence as others saw it."""

from __future__ import annotations

from collections import defaultdict

from ampacity.audit.facts import Announced, PodFacts, announced
from ampacity.audit.history import Change


class Announcements:
    """Fence entries by pod, each with the first version of the holds object that held it."""

    def __init__(self) -> None:
        self._entries: defaultdict[str, dict[Announced, int]] = defaultdict(dict)
        self.unreadable: list[int] = []

    def apply(self, change: Change) -> None:
        """Take in one version of the holds object."""
        entries = announced(change.object) if change.object is not None else ()
        if entries is None:
            self.unreadable.append(change.version)
            return
        for entry in entries:
            self._entries[entry.uid].setdefault(entry, change.version)

    def of(self, pod: PodFacts, before: PodFacts | None) -> int | None:
        """The version at which this grant was announced; None if it was not.

        A grant is announced for a node and for one version of the pod: a patch of
        any later version would have been refused.
        """
        node = pod.reservation.node if pod.reservation else ""
        versions = [
            version
            for entry, version in self._entries[pod.uid].items()
            if version < pod.version and entry.node == node
            if before is None or entry.precondition == str(before.version)
        ]
        return max(versions, default=None)
