"""The pod index of the planner, brought up to date only between two cycles.

Planning runs in a thread while watches go on. So a change is written into a
journal, and the index follows when the next scene is taken.
"""

from __future__ import annotations

from ampacity.translate.records import PodRecord
from ampacity.translate.snapshot.usage import PodIndex


class PodJournal:
    """`index`, and with it: how many GPU pods run without a reservation (`adopted`), and which
    pods have a place that their condition does not tell yet (`unmarked`)."""

    def __init__(self) -> None:
        self.index = PodIndex()
        self._changed: dict[str, PodRecord | None] = {}
        self._adopted: set[str] = set()
        self._unmarked: dict[str, PodRecord] = {}

    @property
    def adopted(self) -> int:
        return len(self._adopted)

    @property
    def unmarked(self) -> tuple[PodRecord, ...]:
        return tuple(self._unmarked.values())

    def note(self, uid: str, pod: PodRecord | None) -> None:
        """A pod is known to be so now, or to be gone."""
        self._changed[uid] = pod

    def catch_up(self) -> None:
        """Bring the index up to date. Nobody may be reading it."""
        for uid, pod in self._changed.items():
            self._adopted.discard(uid)
            self._unmarked.pop(uid, None)
            if pod is None:
                self.index.drop(uid)
            else:
                self.index.put(pod)
                self._classify(pod)
        self._changed.clear()

    def _classify(self, pod: PodRecord) -> None:
        if pod.reservation is None:
            if pod.bound and pod.shape.gpu_units:
                self._adopted.add(pod.uid)
        elif pod.powered is None or pod.powered[0] != "True":
            self._unmarked[pod.uid] = pod


def matters(old: PodRecord | None, new: PodRecord | None) -> bool:
    """Whether a pod's change may change a decision. Pods that surely have no GPU can wait for a resync."""
    return any(map(_may_have_gpu, (old, new))) and _decisive(old) != _decisive(new)


def _may_have_gpu(pod: PodRecord | None) -> bool:
    if pod is None:
        return False
    return bool(pod.waiting or pod.shape.gpu_units or pod.pool or pod.shape.unknown_draw)


def _decisive(pod: PodRecord | None) -> tuple[object, ...] | None:
    if pod is None:
        return None
    return (
        pod.shape, pod.priority, pod.controller, pod.node, pod.bound, pod.waiting, pod.other_gates,
        pod.terminating, pod.reservation, pod.pool, pod.since,
    )  # fmt: skip
