"""The two ways in which a grant is written; each is one write on one version of one pod.

By gate: node pin, reservation and removal of our gate in one patch; any
scheduler binds the pod then. By binding: the pod's binding with the
reservation among its annotations; the answer says nothing of the pod, so its
fence entry stands until the watch shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ampacity.cluster.client import Client, Guard, Patch
from ampacity.cluster.results import Result, attempt, attempt_binding
from ampacity.core.plan import Grant
from ampacity.translate.ledger.grant_binding import grant_binding
from ampacity.translate.ledger.grant_patch import grant_patch
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.records import PodRecord


@dataclass(frozen=True, slots=True)
class Order:
    """A grant to execute on the pod it was planned for. `fence`: the ledger write that announced it."""

    pod: PodRecord
    grant: Grant
    fence: str


class ByGate:
    """Grants pods that carry our gate."""

    def __init__(self, client: Client, reader: PodReader, may_write: Guard) -> None:
        self._client, self._reader, self._may_write = client, reader, may_write

    async def grant(self, order: Order) -> Result:
        """Write one grant."""
        body = grant_patch(order.pod, order.grant, order.fence)
        write = self._client.patch(path_of(order.pod), body, kind=Patch.JSON, guard=self._may_write)
        return await attempt(order.pod.uid, write, self._reader)


class ByBinding:
    """Grants pods that name us as their scheduler."""

    def __init__(self, client: Client, may_write: Guard) -> None:
        self._client, self._may_write = client, may_write

    async def grant(self, order: Order) -> Result:
        """Write one grant."""
        body = grant_binding(order.pod, order.grant, order.fence)
        write = self._client.create(f"{path_of(order.pod)}/binding", body, guard=self._may_write)
        return await attempt_binding(order.pod.uid, write)


def path_of(pod: PodRecord) -> str:
    """Where the pod is."""
    return f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}"
