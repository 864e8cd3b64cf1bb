"""The Lease object that candidates compete for: as it was last seen, and written only over that version.

Its times are for people. What counts is when this process saw it change, by a
clock that never jumps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ampacity.cluster.client import Client
from ampacity.cluster.errors import ApiError
from ampacity.cluster.times import micro_time
from ampacity.cluster.watch import Watch

_GROUP = "/apis/coordination.k8s.io/v1/namespaces"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the Lease, whatever it says."""

    uid: str
    resource_version: str


class LeaseObject:
    """One Lease. `us` is how we sign; `duration`: seconds for which a renewal of ours is good."""

    def __init__(
        self,
        client: Client,
        namespace: str,
        name: str,
        us: str,
        duration: float,
        clock: Callable[[], float],
        wall: Callable[[], datetime],
    ) -> None:
        self._client, self._name, self._us = client, name, us
        self._all = f"{_GROUP}/{namespace}/leases"
        self._one = f"{self._all}/{name}"
        self._duration, self._clock, self._wall = duration, clock, wall
        self._seen: dict[str, Any] = {}
        self._changed_at = 0.0

    @property
    def holder(self) -> str:
        """Who held it when it was last seen, "" for nobody."""
        return str(self._spec.get("holderIdentity") or "")

    @property
    def expires(self) -> float:
        """When it ends by our clock, if nobody renews it."""
        return self._changed_at + float(self._spec.get("leaseDurationSeconds") or self._duration)

    def watch(self, on_change: Callable[[], None]) -> Watch[Version]:
        """Tells of every change as it happens; what it was, `look` finds out."""
        return Watch(
            self._client, self._all, _version_of,
            field_selector=f"metadata.name={self._name}", on_change=lambda old, new: on_change(),
        )  # fmt: skip

    async def look(self) -> bool:
        """See it as it is now; False if there is none. Raises ApiError."""
        try:
            self._saw(await self._client.get(self._one))
        except ApiError as error:
            if error.status != 404:
                raise
            return False
        return True

    async def create(self) -> None:
        """Make it, held by us. Raises ApiError, 409 if there is one meanwhile."""
        spec = {"leaseTransitions": 0, "acquireTime": micro_time(self._wall())}
        self._saw(await self._client.create(self._all, self._held({"name": self._name}, spec)))

    async def take(self) -> None:
        """Make it ours. Raises ApiError, 409 if it has changed since it was seen."""
        transitions = int(self._spec.get("leaseTransitions") or 0) + 1
        spec = {**self._spec, "leaseTransitions": transitions, "acquireTime": micro_time(self._wall())}
        await self._replace(spec)

    async def renew(self) -> None:
        """Hold it on. Raises ApiError, 409 if it has changed since it was seen."""
        await self._replace(self._spec)

    async def release(self) -> None:
        """Let go of it, if it is ours. Raises ApiError; on 409 it has changed since it was seen, and is
        seen anew."""
        if self.holder != self._us:
            return
        freed = {**self._spec, "holderIdentity": "", "leaseDurationSeconds": 1}
        try:
            await self._client.replace(self._one, _lease(self._seen["metadata"], freed))
        except ApiError as error:
            if error.status == 409:
                await self.look()
            raise

    @property
    def _spec(self) -> dict[str, Any]:
        return self._seen.get("spec") or {}

    async def _replace(self, spec: dict[str, Any]) -> None:
        self._saw(await self._client.replace(self._one, self._held(self._seen["metadata"], spec)))

    def _held(self, metadata: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
        ours = {
            "holderIdentity": self._us,
            "leaseDurationSeconds": math.ceil(self._duration),
            "renewTime": micro_time(self._wall()),
        }
        return _lease(metadata, spec | ours)

    def _saw(self, lease: dict[str, Any]) -> None:
        known = (self._seen.get("metadata") or {}).get("resourceVersion")
        if lease["metadata"].get("resourceVersion") != known:
            self._changed_at = self._clock()
        self._seen = lease


def _lease(metadata: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}


def _version_of(lease: Mapping[str, Any]) -> Version:
    return Version(lease["metadata"]["uid"], lease["metadata"]["resourceVersion"])
