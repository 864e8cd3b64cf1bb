"""Pods that wait for a grant: freed of our gate, or left to their controllers to make anew.

A gate can be taken off a pod; its scheduler cannot be changed. So a pod that
names us as its scheduler is deleted if its controller makes another at once,
of a template that does not name us any more. Any other is reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ampacity import names
from ampacity.cli.removal.editing import NOT_FOUND, delete
from ampacity.cli.removal.owners import controller
from ampacity.cli.removal.templates import gates, waits
from ampacity.cli.removal.workloads import Kind, kind_of
from ampacity.cluster.client import Client, Guard, Patch
from ampacity.cluster.errors import ApiError

Json = dict[str, Any]

_CHANGED = (409, 422)
_REPLACING = ("ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController")


class Waiting:
    """Frees waiting pods. What a controller's template is like is remembered: many pods share one."""

    def __init__(self, client: Client, guard: Guard) -> None:
        self._client, self._guard = client, guard
        self._clean: dict[str, bool] = {}

    async def free(self, pod: Json) -> bool:
        """Take our gate, and no other, off a pod; False if it has changed meanwhile. Raises ApiError."""
        at = gates(pod["spec"]).index(names.GATE)
        gate = f"/spec/schedulingGates/{at}"
        patch = [
            {"op": "test", "path": "/metadata/uid", "value": pod["metadata"]["uid"]},
            {"op": "test", "path": gate, "value": {"name": names.GATE}},
            {"op": "remove", "path": gate},
        ]
        try:
            await self._client.patch(path(pod), patch, kind=Patch.JSON, guard=self._guard)
        except ApiError as error:
            if error.status not in (*_CHANGED, NOT_FOUND):
                raise
            return False
        return True

    async def replace(self, pod: Json) -> bool:
        """Delete a pod that waits for us as its scheduler, unless it was bound meanwhile. Raises ApiError."""
        return await delete(self._client, path(pod), pod, self._guard)

    async def replaceable(self, pod: Mapping[str, Any]) -> bool:
        """Whether its controller would make another that does not wait for us. Raises ApiError."""
        owner = controller(pod["metadata"])
        kind = kind_of(owner) if owner else None
        if owner is None or kind is None or kind.name not in _REPLACING:
            return False
        at = kind.path(pod["metadata"]["namespace"], owner["name"])
        if at not in self._clean:
            self._clean[at] = await self._is_clean(kind, at)
        return self._clean[at]

    async def _is_clean(self, kind: Kind, at: str) -> bool:
        try:
            return not waits(kind.template_of(await self._client.get(at)))
        except ApiError as error:
            if error.status != NOT_FOUND:
                raise
            return False


def path(pod: Mapping[str, Any]) -> str:
    """Where a pod is."""
    metadata = pod["metadata"]
    return f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
