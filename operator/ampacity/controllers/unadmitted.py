"""Pods that were placed and that their kubelets refused: they failed at once, and their templates rest.

The pod's controller makes another one within milliseconds, and the node looks
as good to the planner as before. Without a rest that would be a loop of failed
pods as fast as the API server goes. So the template rests, its next pod is
tried alone and on another node, and the place is kept for nobody.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Set

from ampacity.cluster.times import from_now
from ampacity.controllers.rejections import Rejected
from ampacity.controllers.resting import Resting
from ampacity.controllers.retries import Retries
from ampacity.controllers.scene import Scene
from ampacity.controllers.templates import Templates

FIRST_REST = 10.0
"""Seconds. A device plugin that restarts, or pods whose end the kubelet has not seen, take no longer."""

_LONGEST = 30
"""The longest rest, as a multiple of the first: five minutes."""

_ADMITTED_AFTER = 10.0
"""Seconds after which a pod that is bound and was not refused is taken to be let in: a kubelet decides as
soon as it sees a pod, and tells before it pulls images."""


class Unadmitted:
    """Watches for pods that kubelets refuse. `clock`: seconds, of a clock that never jumps."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[float], str] = from_now,
    ) -> None:
        self._clock = clock
        self.retries = Retries(Resting(FIRST_REST, wall, longest=_LONGEST), clock)
        self._bound_since: dict[str, float] = {}
        self._refused: frozenset[str] = frozenset()

    @property
    def given_up(self) -> Set[str]:
        """Uids of pods whose places are not to be kept, as of the last look."""
        return self._refused

    def look(self, scene: Scene) -> None:
        """Take note of who was refused, and which of those that were tried again were let in."""
        templates = Templates(scene)
        self._refused = frozenset(one.pod.uid for one in scene.rejected)
        for one in scene.rejected:
            begun = self.retries.tried_at(one.pod.uid)
            self.retries.failed(templates, one.pod, one.node, begun, _what_failed(one))
        self._admit(scene, templates)
        self.retries.forget(scene)

    def _admit(self, scene: Scene, templates: Templates) -> None:
        now, before = self._clock(), self._bound_since
        tried = [scene.pods[uid] for uid in self.retries.tried if uid in scene.pods]
        self._bound_since = {pod.uid: before.get(pod.uid, now) for pod in tried if pod.bound}
        for pod in tried:
            since = self._bound_since.get(pod.uid, now)
            if pod.phase == "Running" or now - since >= _ADMITTED_AFTER:
                self.retries.succeeded(templates, pod)


def _what_failed(one: Rejected) -> str:
    """For the pods that come after this one."""
    return f"{one.pod.name} was placed on node {one.node}, whose kubelet refused it ({one.why})"
