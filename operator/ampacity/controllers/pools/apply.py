"""Bringing Deployments in step with what is desired, by server-side apply."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ampacity.cluster.applying import ABSENT, FORCED
from ampacity.cluster.client import Client, Patch
from ampacity.cluster.errors import ApiError, NotAllowed
from ampacity.cluster.store import Store
from ampacity.controllers.pools.blueprint import blueprint
from ampacity.controllers.pools.current import DeploymentRecord, read_deployment
from ampacity.controllers.pools.desired import Wanted
from ampacity.controllers.pools.refusals import NAME_TAKEN, Refusals, is_refusal

log = logging.getLogger(__name__)

_IN_FLIGHT = 16
_AGAIN_AFTER = 10.0
_CONFLICT = "Conflict"


@dataclass(frozen=True, slots=True)
class Failed:
    """A write that did not succeed for now, and when to try it again (seconds of the clock)."""

    item: Wanted
    why: str
    again_at: float


class DeploymentWriter:
    """Writes Deployments of pools. `trouble`: why one could not be written for now, by "namespace/name";
    `refusals`: those that the API server does not take.

    It remembers the generation of its own last write, so that somebody else's
    edit of what is ours is seen, and put right.
    """

    def __init__(
        self,
        client: Client,
        store: Store[DeploymentRecord],
        *,
        may_write: Callable[[], bool],
        clock: Callable[[], float],
    ) -> None:
        self._client, self._store, self._may_write, self._clock = client, store, may_write, clock
        self._applied: dict[str, int] = {}
        self._failed: dict[str, Failed] = {}
        self.refusals = Refusals(clock)

    @property
    def trouble(self) -> Mapping[str, str]:
        """Why a Deployment could not be written for now, by "namespace/name"."""
        return {key: failed.why for key, failed in self._failed.items()}

    async def apply(self, wanted: Iterable[Wanted]) -> None:
        """Create, scale, repair and delete as far as needed. What failed is tried again, but not at once."""
        items = {item.key: item for item in wanted}
        self._failed = {key: failed for key, failed in self._failed.items() if key in items}
        self.refusals.forget()
        known = {f"{d.namespace}/{d.name}": d for d in self._store.objects.values()}
        slots = asyncio.Semaphore(_IN_FLIGHT)
        await asyncio.gather(*(self._one(item, known.get(key), slots) for key, item in items.items()))

    async def _one(self, item: Wanted, current: DeploymentRecord | None, slots: asyncio.Semaphore) -> None:
        failed = self._failed.get(item.key)
        if failed is not None and failed.item == item and self._clock() < failed.again_at:
            return
        if self.refusals.rests(item):
            await self._shrink(item, current, slots)
            return
        async with slots:
            try:
                written = await self._bring_in_step(item, current)
            except NotAllowed:
                return
            except ApiError as error:
                self._missed(item, error)
            else:
                self._failed.pop(item.key, None)
                if written:
                    self.refusals.taken(item.key)

    def _missed(self, item: Wanted, error: ApiError) -> None:
        if error.reason == _CONFLICT:
            return
        if is_refusal(error):
            self._failed.pop(item.key, None)
            self.refusals.note(item, error)
        else:
            self._failed[item.key] = Failed(item, error.message, self._clock() + _AGAIN_AFTER)
        log.warning("deployment %s not written: %s", item.key, error)

    async def _shrink(
        self, item: Wanted, current: DeploymentRecord | None, slots: asyncio.Semaphore
    ) -> None:
        """Fewer replicas, and nothing else, while the Deployment as it should be is refused."""
        ours = current is not None and current.owner == item.model.metadata.uid
        if current is None or not ours or not self.refusals.may_shrink(item, current.replicas):
            return
        body = {
            "metadata": {"resourceVersion": current.resource_version},
            "spec": {"replicas": item.replicas},
        }
        async with slots:
            try:
                self._see(await self._client.patch(item.path, body, kind=Patch.MERGE, guard=self._may_write))
            except NotAllowed:
                return
            except ApiError as error:
                if is_refusal(error):
                    self.refusals.not_shrunk(item)
                log.warning("deployment %s not scaled down: %s", item.key, error)

    async def _bring_in_step(self, item: Wanted, current: DeploymentRecord | None) -> bool:
        """Whether anything had to be written."""
        if current is None:
            if not item.replicas or not await self._is_ours(item):
                return False
            await self._write(item, ABSENT)
        elif item.unwanted and not current.replicas and current.settled and not current.pods:
            await self._delete(item, current)
        elif self._differs(item, current):
            await self._write(item, current.resource_version)
        else:
            return False
        return True

    def _differs(self, item: Wanted, current: DeploymentRecord) -> bool:
        return (
            current.replicas != item.replicas
            or current.template_hash != item.digest
            or current.surges != item.surges
            or self._applied.get(current.uid) != current.generation
        )

    async def _is_ours(self, item: Wanted) -> bool:
        """Whether the name is free or taken by this pool: never take over somebody else's Deployment."""
        try:
            found: Mapping[str, Any] = await self._client.get(item.path)
        except ApiError as error:
            if error.status == 404:
                return True
            raise
        owners = [owner["uid"] for owner in found["metadata"].get("ownerReferences") or ()]
        if item.model.metadata.uid in owners:
            return True
        raise ApiError(409, NAME_TAKEN, f"Deployment {item.key} exists and is not of this pool; rename one")

    async def _write(self, item: Wanted, version: str) -> None:
        """Refused if the Deployment is at another version: this process may have been stopped, and what
        another leader has done meanwhile must not be undone. The watch tells what it is now."""
        body = blueprint(item.model, item.template, item.digest, item.site, item.replicas, item.surges)
        body["metadata"]["resourceVersion"] = version
        answer = await self._client.patch(
            item.path, body, kind=Patch.APPLY, params=FORCED, guard=self._may_write
        )
        record = self._see(answer)
        if record is not None:
            self._applied[record.uid] = record.generation

    def _see(self, answer: Mapping[str, Any]) -> DeploymentRecord | None:
        """What a write has made of it."""
        record = read_deployment(answer)
        if record is not None:
            self._store.put(record)
        return record

    async def _delete(self, item: Wanted, current: DeploymentRecord) -> None:
        options = {"preconditions": {"uid": current.uid, "resourceVersion": current.resource_version}}
        await self._client.delete(item.path, options, guard=self._may_write)
        self._applied.pop(current.uid, None)
