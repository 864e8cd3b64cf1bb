"""The pod index of the planner, brought up to date only between two cycles.

Planning runs in a thread while watches go on. So a change is written into a
journal, and the index follows when the next scene is taken.
"""

from __future__ import annotations

from ampacity.cluster.conditions import NOT_BOUND
from ampacity.controllers.ages import Ages
from ampacity.controllers.leaving import Leaving
from ampacity.controllers.rejections import Rejections
from ampacity.controllers.standing import Standing
from ampacity.translate.records import PodRecord
from ampacity.translate.snapshot.usage import PodIndex


class PodJournal:
    """`index`, and with it: how many GPU pods run without a reservation (`adopted`), which pods have a
    place that their condition does not tell yet (`unmarked`), and which have one and are bound to no
    node yet (`unbound`). `standing`, `ages`, `leaving` and `rejections` follow the same changes.

    `patience`: see `Standing` and `Rejections`. Times: seconds of a clock that never jumps.
    """

    def __init__(self, patience: float = 60.0) -> None:
        self.index = PodIndex()
        self.standing = Standing(patience)
        self.ages = Ages()
        self.leaving = Leaving()
        self.rejections = Rejections(patience)
        self._changed: dict[str, PodRecord | None] = {}
        self._adopted: set[str] = set()
        self._unmarked: dict[str, PodRecord] = {}
        self._unbound: dict[str, PodRecord] = {}

    @property
    def adopted(self) -> int:
        return len(self._adopted)

    @property
    def unmarked(self) -> tuple[PodRecord, ...]:
        return tuple(self._unmarked.values())

    @property
    def unbound(self) -> tuple[PodRecord, ...]:
        return tuple(self._unbound.values())

    def note(self, uid: str, pod: PodRecord | None) -> None:
        """A pod is known to be so now, or to be gone. One that came and went in between leaves no trace."""
        if pod is None and self.index.get(uid) is None:
            self._changed.pop(uid, None)
        else:
            self._changed[uid] = pod

    def catch_up(self, now: float = 0.0) -> None:
        """Bring the index up to date. Nobody may be reading it."""
        changes = [(self.index.get(uid), pod) for uid, pod in self._changed.items()]
        self.standing.follow(changes, now)
        self.ages.follow(changes, now)
        self.leaving.follow(changes, now)
        for uid, pod in self._changed.items():
            self._adopted.discard(uid)
            self._unmarked.pop(uid, None)
            self._unbound.pop(uid, None)
            if pod is None:
                self.index.drop(uid)
            else:
                self.index.put(pod)
                self._classify(pod)
        self.rejections.follow(changes, self.index.pods(), now)
        self._changed.clear()

    def _classify(self, pod: PodRecord) -> None:
        if pod.reservation is None:
            if pod.bound and pod.shape.gpu_units:
                self._adopted.add(pod.uid)
            return
        told = pod.powered[:2] if pod.powered else ("", "")
        if told[0] != "True" or (pod.bound and told[1] == NOT_BOUND):
            self._unmarked[pod.uid] = pod
        if not (pod.bound or pod.waiting or pod.terminating):
            self._unbound[pod.uid] = pod


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
        pod.obstacle, pod.terminating, pod.reservation, pod.pool, pod.since,
    )  # fmt: skip
