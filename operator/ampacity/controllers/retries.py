"""Trying again what failed: which waiters may be planned now, which of them elsewhere, and which rest.

One `Retries` for each way in which pods fail after they were given a place. A
waiter may be planned if no way says no.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable
from dataclasses import dataclass, replace

from ampacity.controllers.resting import Resting
from ampacity.controllers.scene import Scene
from ampacity.controllers.templates import Template, Templates
from ampacity.core.ledger import Ledger
from ampacity.core.plan import Reason, Refusal
from ampacity.core.snapshot import Requirement, Waiter
from ampacity.translate.records import PodRecord


@dataclass(frozen=True, slots=True)
class Split:
    """`free` may be planned; `refused` have to wait, and each refusal says for what. `released`: those of
    them whose hold is on a node where they would fail again."""

    free: tuple[Waiter, ...]
    refused: tuple[Refusal, ...] = ()
    released: tuple[Waiter, ...] = ()


class Retries:
    """Of one way of failing. `clock`: seconds, of a clock that never jumps."""

    def __init__(self, resting: Resting, clock: Callable[[], float]) -> None:
        self._resting, self._clock = resting, clock
        self._tried: dict[str, float] = {}

    @property
    def tried(self) -> Collection[str]:
        """Uids of the pods that are tried after a rest and have neither failed nor succeeded yet."""
        return tuple(self._tried)

    def tried_at(self, uid: str) -> float:
        """When a pod was last let through after a rest; long ago if it was under way before that."""
        return self._tried.get(uid, float("-inf"))

    def succeeded(self, templates: Templates, pod: PodRecord) -> None:
        """Nothing is wrong with this pod's template any more."""
        self._tried.pop(pod.uid, None)
        for template in templates.of_pod(pod):
            self._resting.succeeded(template)

    def failed(self, templates: Templates, pod: PodRecord, node: str, begun: float, why: str) -> None:
        """What was tried with this pod since `begun` has failed on `node`."""
        for template in templates.of_pod(pod):
            self._resting.failed(template, node, begun, self._clock(), why)

    def forget(self, scene: Scene) -> None:
        """Drop pods that are gone, and what has not been tried again for long."""
        self._tried = {uid: at for uid, at in self._tried.items() if uid in scene.pods}
        self._resting.forget(self._clock())

    def split(self, scene: Scene, ledger: Ledger, waiters: Iterable[Waiter]) -> Split:
        """Who may be planned, if need be for other nodes than before, and whose template rests."""
        if not self._resting:
            return Split(tuple(waiters))
        templates, now = Templates(scene), self._clock()
        tried = templates.under_way(ledger) | self._on_trial(scene, templates)
        free: list[Waiter] = []
        refused: list[Refusal] = []
        released: list[Waiter] = []
        for waiter in sorted(waiters, key=lambda waiter: (waiter.hold is None, waiter.since, waiter.uid)):
            template = templates.of_waiter(waiter)
            avoided = self._resting.avoided(template)
            why = self._why_not(template, tried, now)
            if why:
                refused.append(Refusal(waiter, Reason.BACKING_OFF, why))
                if waiter.hold in avoided:
                    released.append(waiter)
                continue
            if self._resting.of(template) is not None:
                tried.add(template)
                self._tried[waiter.uid] = now
            free.append(_elsewhere(waiter, avoided))
        return Split(tuple(free), tuple(refused), tuple(released))

    def unplaced(self, scene: Scene, refusals: Iterable[Refusal]) -> None:
        """These found no place: whichever avoid nodes may go anywhere the next time."""
        if self._resting:
            templates = Templates(scene)
            for refusal in refusals:
                self._resting.forgive(templates.of_waiter(refusal.waiter))

    def _on_trial(self, scene: Scene, templates: Templates) -> set[Template]:
        pods = [pod for uid in self._tried if (pod := scene.pods.get(uid)) is not None and not pod.waiting]
        return {template for pod in pods for template in templates.of_pod(pod)}

    def _why_not(self, template: Template, tried: Container[Template], now: float) -> str:
        rest = self._resting.of(template)
        if rest is None:
            return ""
        if now < rest.until:
            return f"{rest.why}; try {rest.tries + 1} comes after {rest.told}"
        return f"{rest.why}; another pod of its template is tried first" if template in tried else ""


def split(every: Iterable[Retries], scene: Scene, ledger: Ledger, waiters: Iterable[Waiter]) -> Split:
    """Who may be planned, after all ways of failing."""
    found = Split(tuple(waiters))
    for one in every:
        next_ = one.split(scene, ledger, found.free)
        found = Split(next_.free, (*found.refused, *next_.refused), (*found.released, *next_.released))
    return found


def _elsewhere(waiter: Waiter, nodes: Collection[str]) -> Waiter:
    """The waiter, for any node but these. An empty term matches nothing, and must stay empty."""
    if not nodes:
        return waiter
    but = Requirement("metadata.name", "NotIn", tuple(sorted(nodes)), field=True)
    terms = tuple((*term, but) if term else term for term in waiter.shape.node_terms) or ((but,),)
    return replace(waiter, shape=replace(waiter.shape, node_terms=terms))
