"""Judges a history: was any limit exceeded through a grant, and was every grant made by the rules?

A grant is seen when a pod's gate goes and a reservation stands in its place, or
when a pod that names us as its scheduler is bound and has a reservation.
It is judged by the world as it had to be known when it was announced: a change
counts as known `GRACE` seconds after its resourceVersion; limits are those of
the envelope generation that the grant names. A limit that was lowered below
its load, or exceeded by what others did, is no fault until something more is
granted onto it.

The rules besides: a gate goes, and such a pod is bound, only together with a
reservation; the holds object announced the grant before; a reservation is only
on a pod that is kept at the node it names.
"""

from __future__ import annotations

from collections.abc import Iterable

from ampacity.audit.announcements import Announcements
from ampacity.audit.facts import PodFacts
from ampacity.audit.grants import Grant, GrantJudge
from ampacity.audit.history import HOLDS, POD, Change, History, Json
from ampacity.audit.verdict import Fault, Finding, Verdict
from ampacity.audit.world import World

GRACE = 2.0


def judge(records: Iterable[Json]) -> Verdict:
    """The verdict on a complete history."""
    judging = Judge()
    judging.add(records)
    return judging.verdict()


class Judge:
    """Judges a history as it grows; `add` records in order of receipt."""

    def __init__(self) -> None:
        self._history = History()
        self._world = World()
        self._announcements = Announcements()
        self._grants = GrantJudge(self._world)
        self._findings: list[Finding] = []
        self._misplaced: set[str] = set()
        self._judged = 0

    def add(self, records: Iterable[Json]) -> list[Finding]:
        """What these records add to the findings. What was received together is put in order first."""
        changes = [change for record in records for change in self._history.add(record)]
        before = len(self._findings)
        for change in sorted(changes, key=lambda c: (c.version, c.kind != HOLDS)):
            self._apply(change)
        self._findings += self._grants.findings(self._history.clock)
        return self._findings[before:]

    def verdict(self) -> Verdict:
        """The verdict on all that was added."""
        unread = (f"the holds object at version {v} cannot be read" for v in self._announcements.unreadable)
        gaps = (*map(str, self._history.gaps), *unread)
        findings = tuple(sorted(self._findings, key=lambda f: f.version))
        blind = self._blind()
        if blind and (self._judged or findings):
            return Verdict(self._judged, findings, (*gaps, blind))
        return Verdict(self._judged, findings, gaps, blind=blind)

    def _blind(self) -> str:
        """Why what happened could not be judged, or not all of it; "" if it could."""
        unlisted = self._history.unlisted
        if unlisted:
            return f"the history has no complete list of {', '.join(f'{kind}s' for kind in unlisted)}"
        return "" if self._judged else self._world.unjudgeable()

    def _apply(self, change: Change) -> None:
        if change.kind == HOLDS:
            self._announcements.apply(change)
        before = self._world.pods[change.uid].at(change.version) if change.kind == POD else None
        self._world.apply(change)
        pod = self._world.pods[change.uid].at(change.version) if change.kind == POD else None
        if pod is not None and change.version > self._history.begin:
            self._see(pod, before)

    def _see(self, pod: PodFacts, before: PodFacts | None) -> None:
        released = before is not None and before.waiting and not pod.waiting
        reserved = pod.reservation is not None and pod.reservation.readable
        if released and not reserved:
            what = "no reservation" if pod.reservation is None else "a reservation that nobody can read"
            how = f"it was bound to {pod.node}" if pod.ours else "its gate is gone"
            self._find(Fault.UNRESERVED, pod, f"{how}, and it has {what}")
        if reserved and not pod.waiting and (released or before is None or before.reservation is None):
            self._grant(pod, before)
        self._see_place(pod)

    def _grant(self, pod: PodFacts, before: PodFacts | None) -> None:
        self._judged += 1
        announced = self._announcements.of(pod, before)
        if announced is None and not self._unseen(pod.version):
            self._find(Fault.UNANNOUNCED, pod, f"granted {pod.node}, which no fence record had announced")
        known_by = self._history.clock.time_of(announced or pod.version) - GRACE
        known = max(self._history.clock.version_at(known_by), self._history.begin)
        self._grants.add(Grant(pod, min(known, pod.version - 1)))

    def _unseen(self, version: int) -> bool:
        """Whether a fence record may have come and gone while the holds object was not seen."""
        return any(gap.kind == HOLDS and gap.after < version <= gap.until for gap in self._history.gaps)

    def _see_place(self, pod: PodFacts) -> None:
        if pod.reservation is None or pod.ended or pod.uid in self._misplaced:
            return
        if pod.gated:
            where = "it still has its gate"
        elif pod.waiting:
            where = "it is not bound"
        elif not pod.fixed:
            where = "nothing keeps it there"
        elif pod.reservation.readable and pod.node != pod.reservation.node:
            where = f"it is kept at {pod.node}"
        else:
            return
        self._misplaced.add(pod.uid)
        place = pod.reservation.node or "no node"
        self._find(Fault.MISPLACED, pod, f"it has a reservation on {place}, but {where}")

    def _find(self, fault: Fault, pod: PodFacts, sentence: str) -> None:
        time = self._history.clock.time_of(pod.version)
        self._findings.append(Finding(fault, pod.version, time, f"pod {pod.name}", sentence))
