"""Pods that were granted a place and that no scheduler binds: found, given back, or reported.

The planner cannot model all that a scheduler checks. A pod that stays unbound
keeps watts that others could use. Where a ReplicaSet or StatefulSet makes
another pod in its stead, it is evicted and its template rests. Any other pod
is only reported, and its watts stay counted: evicting a Job's pod would count
as a failure of the Job, a bare pod would be lost, and its scheduler may still
bind either at any time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Set

from ampacity.cluster.marks import Stuck
from ampacity.cluster.times import from_now
from ampacity.controllers.resting import Resting
from ampacity.controllers.retries import Retries
from ampacity.controllers.scene import Scene
from ampacity.controllers.templates import Templates
from ampacity.core.units import format_power
from ampacity.translate.ledger.left import is_replaced
from ampacity.translate.records import PodRecord

_SILENCE = 10
"""A scheduler that says nothing of the pod may be down, and then another pod would fare no better: it has
so many times as long."""

_AGAIN_AFTER = 5.0
"""Seconds between two tries to evict one pod."""

_LONGEST = 16
"""The longest rest, as a multiple of the first, which is the timeout: 1, 2, 4, 8, then always 16."""

_MOST_AT_ONCE = 64

_REMEMBERED = 60.0
"""Seconds for which a pod counts as given up after its eviction; its end is seen long before."""


class Unbound:
    """Watches pods with a place until they are bound. `timeout`: seconds after which one is given up.

    `clock`: seconds, of a clock that never jumps.
    """

    def __init__(
        self,
        timeout: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[float], str] = from_now,
    ) -> None:
        self._timeout, self._clock = timeout, clock
        self.retries = Retries(Resting(timeout, wall, longest=_LONGEST), clock)
        self._since: dict[str, tuple[float, PodRecord]] = {}
        self._evicted: dict[str, float] = {}
        self._stuck: tuple[Stuck, ...] = ()

    @property
    def given_up(self) -> Set[str]:
        """Uids of pods that were evicted for staying unbound."""
        return self._evicted.keys()

    @property
    def reported(self) -> tuple[Stuck, ...]:
        """Pods that stay unbound and are left alone, as of the last look."""
        return tuple(stuck for stuck in self._stuck if not is_replaced(stuck.pod))

    def look(self, scene: Scene) -> None:
        """Take note of who is bound now, and of who has waited too long for that."""
        now, templates = self._clock(), Templates(scene)
        self._evicted = {
            uid: at for uid, at in self._evicted.items() if uid in scene.pods or now - at < _REMEMBERED
        }
        for uid in {*self._since, *self.retries.tried}:
            seen = scene.pods.get(uid)
            if seen is not None and seen.bound:
                self.retries.succeeded(templates, seen)
        before = self._since
        self._since = {pod.uid: (before.get(pod.uid, (now, pod))[0], pod) for pod in scene.unbound}
        self._stuck = tuple(self._late(now))
        self.retries.forget(scene)
        for stuck in self._stuck:
            begun, why = self._since[stuck.pod.uid][0], _what_failed(stuck.pod, self._timeout)
            self.retries.failed(templates, stuck.pod, stuck.pod.node, begun, why)

    def to_evict(self) -> tuple[Stuck, ...]:
        """Pods to give up now; one that is still there after a while is named again."""
        now = self._clock()
        due = [stuck for stuck in self._stuck if is_replaced(stuck.pod) and self._may_try(stuck.pod, now)]
        self._evicted.update((stuck.pod.uid, now) for stuck in due[:_MOST_AT_ONCE])
        return tuple(due[:_MOST_AT_ONCE])

    def _late(self, now: float) -> Iterator[Stuck]:
        for since, pod in self._since.values():
            patience = self._timeout if pod.scheduler else _SILENCE * self._timeout
            if now - since >= patience:
                yield Stuck(pod, _still_waits(pod, now - since))

    def _may_try(self, pod: PodRecord, now: float) -> bool:
        return now - self._evicted.get(pod.uid, float("-inf")) >= _AGAIN_AFTER


def _what_failed(pod: PodRecord, seconds: float) -> str:
    """For the pods that come after this one."""
    return f"{pod.name} was granted {_place(pod)} and was not bound within {seconds:g} s ({_said(pod)})"


def _still_waits(pod: PodRecord, seconds: float) -> str:
    """For the pod itself."""
    return f"granted {_place(pod)} {seconds:.0f} s ago and not bound since ({_said(pod)})"


def _place(pod: PodRecord) -> str:
    power = f"{format_power(pod.reservation.load.power)} " if pod.reservation else ""
    return f"{power}on node {pod.node}"


def _said(pod: PodRecord) -> str:
    return f"its scheduler says: {pod.scheduler}" if pod.scheduler else "no scheduler says anything of it"
