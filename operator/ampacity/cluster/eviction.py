"""Evicting pods: the API's own way of asking a pod to go, which its controller then replaces.

The eviction names the version that was judged. A pod that has been bound in
the meantime is at another version, and is spared.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial

from ampacity.cluster.client import Client, Guard
from ampacity.cluster.conditions import NOT_BOUND
from ampacity.cluster.events import EventRecorder, Subject
from ampacity.cluster.grants import path_of
from ampacity.cluster.lanes import Lanes
from ampacity.cluster.marks import Stuck
from ampacity.cluster.results import Outcome, Result, attempt_binding

log = logging.getLogger(__name__)


class Evictor:
    """Evicts pods, `concurrency` at a time. `may_write` is asked before every write."""

    def __init__(
        self, client: Client, events: EventRecorder, *, may_write: Guard, concurrency: int = 32
    ) -> None:
        self._client, self._events, self._may_write = client, events, may_write
        self._lanes = Lanes(concurrency)

    async def evict(self, pods: Iterable[Stuck]) -> tuple[Result, ...]:
        """Ask these to go, and tell why; results in the same order."""
        return await self._lanes.each((stuck.pod.uid, partial(self._one, stuck)) for stuck in pods)

    async def _one(self, stuck: Stuck) -> Result:
        pod = stuck.pod
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": pod.name, "namespace": pod.namespace},
            "deleteOptions": {"preconditions": {"uid": pod.uid, "resourceVersion": pod.resource_version}},
        }
        write = self._client.create(f"{path_of(pod)}/eviction", body, guard=self._may_write)
        result = await attempt_binding(pod.uid, write)
        if result.outcome is Outcome.APPLIED:
            about = Subject("v1", "Pod", pod.namespace, pod.name, pod.uid)
            note = f"{stuck.sentence}: evicted, so that others can have its watts"
            await self._events.post(about, NOT_BOUND, note, kind="Warning", action="Evict")
        else:
            log.warning("pod %s/%s was not evicted: %s", pod.namespace, pod.name, result.message)
        return result
