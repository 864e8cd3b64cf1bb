"""Writing one condition into a pod's status, leaving all others alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ampacity import names
from ampacity.cluster.client import Client, Guard, Patch
from ampacity.cluster.results import Result, attempt
from ampacity.cluster.times import seconds_time, utcnow
from ampacity.core.units import format_power
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.records import PodRecord, Reservation

LONGEST_MESSAGE = 2_000
GRANTED = "Granted"
NOT_BOUND = "NotBound"
RESOLVED = "Resolved"

FENCED = f"{names.GROUP}/Fenced"
"""Condition whose only purpose is to move a pod to another resourceVersion."""


class PodConditions:
    """Writes Ampacity's conditions; a pod of the same name and another UID is refused."""

    def __init__(
        self, client: Client, reader: PodReader, may_write: Guard, wall: Callable[[], datetime] = utcnow
    ) -> None:
        self._client, self._reader = client, reader
        self._may_write, self._wall = may_write, wall

    async def powered(self, pod: PodRecord, place: Reservation) -> Result:
        """Powered=True: what was reserved for the pod, and where."""
        power = format_power(place.load.power)
        message = f"{power} reserved on node {place.node}, rack {place.rack} of site {place.site}"
        changed = not says(pod, "True")
        return await self._write(_identity(pod), pod, names.POWERED, "True", GRANTED, message, changed)

    async def unbound(self, pod: PodRecord, message: str) -> Result:
        """Powered=True, but nobody has bound the pod. Refused if it has changed: it may be bound now."""
        identity = {**_identity(pod), "resourceVersion": pod.resource_version}
        changed = not says(pod, "True")
        return await self._write(identity, pod, names.POWERED, "True", NOT_BOUND, message, changed)

    async def waiting(self, pod: PodRecord, reason: str, message: str) -> Result:
        """Powered=False: why it waits. Refused if the pod has changed: it may have been granted meanwhile."""
        identity = {**_identity(pod), "resourceVersion": pod.resource_version}
        changed = not says(pod, "False")
        return await self._write(identity, pod, names.POWERED, "False", reason, message, changed)

    async def fenced(self, pod: PodRecord, mark: str) -> Result:
        """A change of the pod, new for every `mark`."""
        message = f"grants announced before {mark} are void"
        return await self._write(_identity(pod), pod, FENCED, "True", RESOLVED, message, True)

    async def _write(
        self,
        identity: dict[str, str],
        pod: PodRecord,
        kind: str,
        status: str,
        reason: str,
        message: str,
        changed: bool,
    ) -> Result:
        """`changed`: whether the status changes, which is what lastTransitionTime tells."""
        condition = {"type": kind, "status": status, "reason": reason, "message": message[:LONGEST_MESSAGE]}
        if changed:
            condition["lastTransitionTime"] = seconds_time(self._wall())
        body = {"metadata": identity, "status": {"conditions": [condition]}}
        path = f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}/status"
        write = self._client.patch(path, body, kind=Patch.STRATEGIC, guard=self._may_write)
        return await attempt(pod.uid, write, self._reader)


def _identity(pod: PodRecord) -> dict[str, str]:
    """Another pod of the same name is refused."""
    return {"uid": pod.uid}


def says(pod: PodRecord, status: str) -> bool:
    """Whether the pod's Powered condition has this status."""
    return pod.powered is not None and pod.powered[0] == status
