"""Leader election on a coordination.k8s.io Lease.

Only the monotonic clock decides anything: a holder counts from the moment it
*sent* its last successful renewal, a candidate from the moment it last *saw*
the Lease change, so the holder always gives up first. The times written into
the Lease are for people.

The holder stops writing `margin` seconds before its Lease can expire, which is
the time its writes in flight have to end. A process that was stopped and wakes
up finds `may_write()` false; that its older patches are harmless too is the
fence's business, not the Lease's.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ampacity import names
from ampacity.cluster.client import Client
from ampacity.cluster.errors import AccessError, ApiError
from ampacity.cluster.times import micro_time, utcnow

_GROUP = "/apis/coordination.k8s.io/v1/namespaces"


class Leader:
    """A candidate for one Lease; run it as a task. All times in seconds.

    `identity` is for people; a random part makes each process its own holder.
    `on_change` hears when this process becomes or ceases to be the leader.
    """

    def __init__(
        self,
        client: Client,
        namespace: str,
        identity: str,
        *,
        name: str = names.LEASE,
        duration: float = 15.0,
        retry: float = 2.0,
        margin: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = utcnow,
        on_change: Callable[[bool], None] = lambda leading: None,
    ) -> None:
        self.holder = f"{identity}_{uuid.uuid4().hex[:8]}"
        self._client, self._name = client, name
        self._leases = f"{_GROUP}/{namespace}/leases"
        self._duration, self._retry, self._margin = duration, retry, margin
        self._clock, self._wall, self._on_change = clock, wall, on_change
        self._lease: dict[str, Any] = {}
        self._changed_at = 0.0
        self._renewed_at: float | None = None
        self._settled = False
        self._leading = asyncio.Event()
        self._not_leading = asyncio.Event()
        self._not_leading.set()

    @property
    def leading(self) -> bool:
        """Whether this process leads, as far as `run` has noticed; ask `may_write` before a write."""
        return self._leading.is_set()

    @property
    def settled(self) -> bool:
        """Whether it is known who leads: this process, or somebody else."""
        return self._settled

    def may_write(self) -> bool:
        """Whether a write begun now ends before the Lease can be somebody else's."""
        if self._renewed_at is None:
            return False
        return self._clock() < self._renewed_at + self._duration - self._margin

    async def wait_leading(self) -> None:
        """Return as soon as this process leads."""
        await self._leading.wait()

    async def wait_lost(self) -> None:
        """Return as soon as this process does not lead."""
        await self._not_leading.wait()

    async def run(self) -> None:
        """Campaign, renew, campaign again; on cancellation, release the Lease if it is ours."""
        try:
            while True:
                await self._try()
                self._notice()
                await asyncio.sleep(self._retry)
        finally:
            held = self._renewed_at is not None
            self._renewed_at = None
            self._notice()
            if held:
                await self._release()

    async def _try(self) -> None:
        """One attempt to renew or to take the Lease; what fails is tried again next time."""
        try:
            async with asyncio.timeout(self._margin):
                if self._renewed_at is None:
                    await self._campaign()
                else:
                    await self._renew()
            self._settled = True
        except (ApiError, AccessError, TimeoutError):
            return

    async def _campaign(self) -> None:
        try:
            self._saw(await self._client.get(f"{self._leases}/{self._name}"))
        except ApiError as error:
            if error.status != 404:
                raise
            await self._write(self._client.create, self._leases, {"name": self._name}, transitions=0)
            return
        spec = self._lease.get("spec") or {}
        free = not spec.get("holderIdentity")
        expires = self._changed_at + float(spec.get("leaseDurationSeconds") or self._duration)
        if free or self._clock() >= expires:
            await self._replace(int(spec.get("leaseTransitions") or 0) + 1)

    async def _renew(self) -> None:
        """Write again what we hold; if that is refused, find out whether it is still ours."""
        spec = self._lease.get("spec") or {}
        try:
            await self._replace(int(spec.get("leaseTransitions") or 0))
        except ApiError as error:
            if error.status not in (404, 409):
                raise
            if not await self._still_ours():
                self._renewed_at = None

    async def _still_ours(self) -> bool:
        try:
            self._saw(await self._client.get(f"{self._leases}/{self._name}"))
        except ApiError as error:
            if error.status != 404:
                raise
            return False
        return bool((self._lease.get("spec") or {}).get("holderIdentity") == self.holder)

    async def _replace(self, transitions: int) -> None:
        metadata = self._lease["metadata"]
        await self._write(self._client.replace, f"{self._leases}/{self._name}", metadata, transitions)

    async def _write(self, write: Any, path: str, metadata: dict[str, Any], transitions: int) -> None:
        sent_at, now = self._clock(), micro_time(self._wall())
        spec = {**(self._lease.get("spec") or {}), "renewTime": now, "holderIdentity": self.holder}
        if self._renewed_at is None:
            spec["acquireTime"] = now
        spec |= {"leaseDurationSeconds": round(self._duration), "leaseTransitions": transitions}
        self._saw(await write(path, _lease(metadata, spec)))
        self._renewed_at = sent_at

    async def _release(self) -> None:
        """Let others take over at once. Best effort: if it fails, the Lease expires."""
        path = f"{self._leases}/{self._name}"
        try:
            async with asyncio.timeout(self._margin):
                lease = await self._client.get(path)
                if lease["spec"].get("holderIdentity") == self.holder:
                    lease["spec"] |= {"holderIdentity": "", "leaseDurationSeconds": 1}
                    await self._client.replace(path, lease)
        except (ApiError, AccessError, TimeoutError):
            return

    def _saw(self, lease: dict[str, Any]) -> None:
        known = (self._lease.get("metadata") or {}).get("resourceVersion")
        if lease["metadata"].get("resourceVersion") != known:
            self._changed_at = self._clock()
        self._lease = lease

    def _notice(self) -> None:
        """Tell if we lead now and did not, or the other way round."""
        leads = self.may_write()
        if leads == self.leading:
            return
        now, past = (self._leading, self._not_leading) if leads else (self._not_leading, self._leading)
        past.clear()
        now.set()
        self._on_change(leads)


def _lease(metadata: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
