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
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from ampacity.cluster.marks import Stuck
from ampacity.cluster.times import seconds_time, utcnow
from ampacity.controllers.resting import Resting
from ampacity.controllers.scene import Scene
from ampacity.controllers.templates import Template, Templates
from ampacity.core.ledger import Ledger
from ampacity.core.plan import Reason, Refusal
from ampacity.core.snapshot import Requirement, Waiter
from ampacity.core.units import format_power
from ampacity.translate.ledger.left import is_replaced
from ampacity.translate.records import PodRecord

_SILENCE = 10
"""A scheduler that says nothing of the pod may be down, and then another pod would fare no better: it has
so many times as long."""

_AGAIN_AFTER = 5.0
"""Seconds between two tries to evict one pod."""

_MOST_AT_ONCE = 64

_REMEMBERED = 60.0
"""Seconds for which a pod counts as given up after its eviction; its end is seen long before."""


def from_now(seconds: float) -> str:
    """That moment, for people: the clock on the wall may jump, and only this text with it."""
    return seconds_time(utcnow() + timedelta(seconds=seconds))


@dataclass(frozen=True, slots=True)
class Split:
    """`free` may be planned; `refused` have to wait, and each refusal says for what."""

    free: tuple[Waiter, ...]
    refused: tuple[Refusal, ...]


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
        self._resting = Resting(timeout, wall)
        self._since: dict[str, tuple[float, PodRecord]] = {}
        self._tried: set[str] = set()
        self._evicted: dict[str, float] = {}
        self._stuck: tuple[Stuck, ...] = ()

    @property
    def given_up(self) -> Container[str]:
        """Uids of pods that were evicted for staying unbound."""
        return self._evicted

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
        for uid in (*self._since, *self._tried):
            seen = scene.pods.get(uid)
            if seen is not None and seen.bound:
                self._tried.discard(uid)
                for template in templates.of_pod(seen):
                    self._resting.succeeded(template)
        self._tried = {uid for uid in self._tried if uid in scene.pods}
        before = self._since
        self._since = {pod.uid: (before.get(pod.uid, (now, pod))[0], pod) for pod in scene.unbound}
        self._stuck = tuple(self._late(now))
        self._resting.forget(now)
        for stuck in self._stuck:
            begun, why = self._since[stuck.pod.uid][0], _what_failed(stuck.pod, self._timeout)
            for template in templates.of_pod(stuck.pod):
                self._resting.failed(template, stuck.pod.node, begun, now, why)

    def to_evict(self) -> tuple[Stuck, ...]:
        """Pods to give up now; one that is still there after a while is named again."""
        now = self._clock()
        due = [stuck for stuck in self._stuck if is_replaced(stuck.pod) and self._may_try(stuck.pod, now)]
        self._evicted.update((stuck.pod.uid, now) for stuck in due[:_MOST_AT_ONCE])
        return tuple(due[:_MOST_AT_ONCE])

    def split(self, scene: Scene, ledger: Ledger, waiters: Iterable[Waiter]) -> Split:
        """Who may be planned, if need be for other nodes than before, and whose template rests."""
        if not self._resting:
            return Split(tuple(waiters), ())
        templates, now = Templates(scene), self._clock()
        tried = templates.under_way(ledger)
        free: list[Waiter] = []
        refused: list[Refusal] = []
        for waiter in sorted(waiters, key=lambda waiter: (waiter.hold is None, waiter.since, waiter.uid)):
            template = templates.of_waiter(waiter)
            why = self._why_not(template, tried, now)
            if why:
                refused.append(Refusal(waiter, Reason.BACKING_OFF, why))
                continue
            if self._resting.of(template) is not None:
                tried.add(template)
                self._tried.add(waiter.uid)
            free.append(_elsewhere(waiter, self._resting.avoided(template)))
        return Split(tuple(free), tuple(refused))

    def unplaced(self, scene: Scene, refusals: Iterable[Refusal]) -> None:
        """These found no place: whichever avoid nodes may go anywhere the next time."""
        if self._resting:
            templates = Templates(scene)
            for refusal in refusals:
                self._resting.forgive(templates.of_waiter(refusal.waiter))

    def _why_not(self, template: Template, tried: Container[Template], now: float) -> str:
        rest = self._resting.of(template)
        if rest is None:
            return ""
        if now < rest.until:
            return f"{rest.why}; try {rest.tries + 1} comes after {rest.told}"
        return f"{rest.why}; another pod of its template is tried first" if template in tried else ""

    def _late(self, now: float) -> Iterator[Stuck]:
        for since, pod in self._since.values():
            patience = self._timeout if pod.scheduler else _SILENCE * self._timeout
            if now - since >= patience:
                yield Stuck(pod, _still_waits(pod, now - since))

    def _may_try(self, pod: PodRecord, now: float) -> bool:
        return now - self._evicted.get(pod.uid, float("-inf")) >= _AGAIN_AFTER


def _elsewhere(waiter: Waiter, nodes: Collection[str]) -> Waiter:
    """The waiter, for any node but these. An empty term matches nothing, and must stay empty."""
    if not nodes:
        return waiter
    but = Requirement("metadata.name", "NotIn", tuple(sorted(nodes)), field=True)
    terms = tuple((*term, but) if term else term for term in waiter.shape.node_terms) or ((but,),)
    return replace(waiter, shape=replace(waiter.shape, node_terms=terms))


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
