"""Telling people and machines what a pod's power is waiting for, or where it was granted.

The condition is written when the answer changes. Most changes are of mere
figures ("short by 3.1 kW", then "3.0 kW"): those are written now and then, not
with every cycle of the planner.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from ampacity.cluster.client import Client, Guard
from ampacity.cluster.conditions import LONGEST_MESSAGE, NOT_BOUND, PodConditions
from ampacity.cluster.events import EventRecorder, Subject
from ampacity.cluster.lanes import Lanes
from ampacity.cluster.results import Outcome, Result
from ampacity.cluster.times import utcnow
from ampacity.core.plan import Refusal
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.records import PodRecord

_AFTER = 0.5
"""Seconds for which the writes that go first must have rested."""

_FEW = 64
"""So many pods are marked at once. Of more, those first that run: kubelets write to the others, and have to
look again at each pod that changes meanwhile. And while more than so many are still to be bound, none:
the API server then has better things to do."""

_LONG = 120.0
"""Seconds after which a granted pod is marked, however much there is to do: longer than a burst takes."""

_REMIND = 300.0
"""Seconds after which a pod that stays unbound is told anew for how long."""

_FIGURE = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Stuck:
    """A pod that has a place and that no scheduler binds; `sentence` says what is known of that."""

    pod: PodRecord
    sentence: str


class Marker:
    """Writes the condition ampacity.io/Powered, and Events when a pod begins to wait for something else.

    `quiet`: seconds between two writes on one pod of which only figures differ.
    `after`: writes that go first.
    """

    def __init__(
        self,
        client: Client,
        reader: PodReader,
        events: EventRecorder,
        *,
        may_write: Guard,
        wall: Callable[[], datetime] = utcnow,
        clock: Callable[[], float] = time.monotonic,
        quiet: float = 30.0,
        concurrency: int = 32,
        after: Lanes | None = None,
    ) -> None:
        self._events, self._clock = events, clock
        self._conditions = PodConditions(client, reader, may_write, wall)
        self._quiet, self._lanes = quiet, Lanes(concurrency, after, rest=_AFTER)
        self._written: dict[str, float] = {}
        self._stuck: dict[str, float] = {}
        self._unmarked: dict[str, float] = {}

    async def waiting(self, refusals: Sequence[tuple[PodRecord, Refusal]]) -> tuple[Result, ...]:
        """Mark all pods that wait in this cycle; the results are of those that had to be written."""
        now = self._clock()
        self._written = {pod.uid: self._written[pod.uid] for pod, _ in refusals if pod.uid in self._written}
        due = [(pod, refusal) for pod, refusal in refusals if self._is_due(pod, refusal, now)]
        return await self._lanes.each(
            (pod.uid, partial(self._mark_waiting, pod, refusal)) for pod, refusal in due
        )

    async def powered(self, pods: Sequence[PodRecord]) -> tuple[Result, ...]:
        """Mark pods that were granted, those that are not marked yet; some of many later, if asked again."""
        unmarked = [pod for pod in pods if pod.reservation is not None and not _settled(pod)]
        due = [(pod, pod.reservation) for pod in self._calm(unmarked) if pod.reservation is not None]
        return await self._lanes.each(
            (pod.uid, partial(self._conditions.powered, pod, place)) for pod, place in due
        )

    async def unbound(self, stuck: Sequence[Stuck]) -> tuple[Result, ...]:
        """Mark pods with a place that stay unbound; the results are of those that had to be written."""
        now = self._clock()
        self._stuck = {one.pod.uid: self._stuck[one.pod.uid] for one in stuck if one.pod.uid in self._stuck}
        due = [one for one in stuck if self._is_news(one, now)]
        return await self._lanes.each((one.pod.uid, partial(self._mark_stuck, one)) for one in due)

    def _calm(self, pods: Sequence[PodRecord]) -> Sequence[PodRecord]:
        """All pods if they are few; else those that run once most are bound, and those that waited long."""
        now, known = self._clock(), self._unmarked
        self._unmarked = {pod.uid: known.get(pod.uid, now) for pod in pods}
        if len(pods) <= _FEW:
            return pods
        bound = sum(not pod.bound for pod in pods) <= _FEW
        old = now - _LONG
        return [pod for pod in pods if self._unmarked[pod.uid] <= old or (bound and pod.phase == "Running")]

    def _is_news(self, stuck: Stuck, now: float) -> bool:
        told = stuck.pod.powered
        same = told is not None and told[1] == NOT_BOUND and _same(told[2], _stuck_message(stuck))
        return not same or now - self._stuck.get(stuck.pod.uid, float("-inf")) >= _REMIND

    async def _mark_stuck(self, stuck: Stuck) -> Result:
        pod, message = stuck.pod, _stuck_message(stuck)
        result = await self._conditions.unbound(pod, message)
        if result.outcome is Outcome.APPLIED:
            first = pod.powered is None or pod.powered[1] != NOT_BOUND
            self._stuck[pod.uid] = self._clock()
            if first:
                subject = Subject("v1", "Pod", pod.namespace, pod.name, pod.uid)
                await self._events.post(subject, NOT_BOUND, message, kind="Warning")
        return result

    def _is_due(self, pod: PodRecord, refusal: Refusal, now: float) -> bool:
        if pod.powered == _told(refusal):
            return False
        return _differs(pod, refusal) or now - self._written.get(pod.uid, float("-inf")) >= self._quiet

    async def _mark_waiting(self, pod: PodRecord, refusal: Refusal) -> Result:
        _, reason, message = _told(refusal)
        result = await self._conditions.waiting(pod, reason, message)
        if result.outcome is Outcome.APPLIED:
            self._written[pod.uid] = self._clock()
            if _differs(pod, refusal):
                subject = Subject("v1", "Pod", pod.namespace, pod.name, pod.uid)
                await self._events.post(subject, reason, message, kind="Warning")
        return result


def _told(refusal: Refusal) -> tuple[str, str, str]:
    """What the pod's condition says of this refusal."""
    return "False", str(refusal.reason), refusal.sentence[:LONGEST_MESSAGE]


def _differs(pod: PodRecord, refusal: Refusal) -> bool:
    """Whether more than figures has changed since the pod was marked."""
    if pod.powered is None:
        return True
    status, reason, message = _told(refusal)
    return pod.powered[:2] != (status, reason) or not _same(pod.powered[2], message)


def _same(one: str, other: str) -> bool:
    """Whether two messages differ in figures at most."""
    return _FIGURE.sub("#", one) == _FIGURE.sub("#", other)


def _stuck_message(stuck: Stuck) -> str:
    why = "its watts stay reserved, for it may still be bound; to free them, delete it"
    return f"{stuck.sentence}; {why}"[:LONGEST_MESSAGE]


def _settled(pod: PodRecord) -> bool:
    """Whether a pod with a place is told so, and nothing else besides."""
    status, reason, _ = pod.powered or ("", "", "")
    return status == "True" and not (pod.bound and reason == NOT_BOUND)
