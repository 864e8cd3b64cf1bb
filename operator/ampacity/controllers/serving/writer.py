"""Writes the objects that pools are reached by: server-side apply where one is missing or differs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Container, Iterable
from dataclasses import dataclass
from typing import Any

from ampacity.cluster.applying import ABSENT, FORCED
from ampacity.cluster.client import Client, Patch
from ampacity.cluster.errors import ApiError, NotAllowed
from ampacity.controllers.pools.refusals import NAME_TAKEN
from ampacity.controllers.serving.current import Existing, has, read_existing
from ampacity.controllers.serving.existing import Stock
from ampacity.controllers.serving.kinds import KINDS
from ampacity.controllers.serving.tries import Tries
from ampacity.translate.serving.objects import Served

log = logging.getLogger(__name__)

_IN_FLIGHT = 16

_OVERTAKEN = "Conflict"
_GONE = 404


@dataclass(frozen=True, slots=True)
class Doomed:
    """An object of ours that is not wanted any more."""

    kind: str
    known: Existing


class ServingWriter:
    """`stock` tells what is there; `tries` remembers what did not succeed.

    What was found as it should be, or was written, is left alone until it or what is wanted has changed:
    somebody's webhook may make something else of it each time.
    """

    def __init__(self, client: Client, stock: Stock, tries: Tries, may_write: Callable[[], bool]) -> None:
        self._client, self._stock, self._may_write = client, stock, may_write
        self._tries = tries
        self._fine: dict[tuple[str, str, str], tuple[Served, str]] = {}

    async def apply(self, items: Iterable[Served]) -> None:
        """Create and repair as far as needed."""
        known = {kind: self._stock.of(kind) for kind in self._stock.kinds}
        pairs = [(one, known[one.kind].get((one.namespace, one.name))) for one in items if one.kind in known]
        await _few(self._try(item, current) for item, current in pairs if self._is_due(item, current))

    def keep(self, keys: Container[tuple[str, str, str]]) -> None:
        """Forget all others."""
        self._fine = {key: pair for key, pair in self._fine.items() if key in keys}

    async def delete(self, items: Iterable[Doomed]) -> None:
        """End them, if they are still what they were."""
        await _few(map(self._delete, items))

    def _is_due(self, item: Served, current: Existing | None) -> bool:
        """Whether it is not as it should be, and may be tried."""
        if current is None or current.owner != item.pool[0]:
            return not self._tries.rests(item)
        judged, version = self._fine.get(item.key, (None, ""))
        if judged is item and version == current.resource_version:
            return False
        if not current.is_as(item):
            return not self._tries.rests(item)
        self._done(item, current)
        return False

    def _done(self, item: Served, found: Existing) -> None:
        self._fine[item.key] = item, found.resource_version
        self._tries.done(item)

    async def _try(self, item: Served, current: Existing | None) -> None:
        try:
            if await self._is_ours(item, current):
                await self._write(item, current.resource_version if current else ABSENT)
        except NotAllowed:
            return
        except ApiError as error:
            if error.reason != _OVERTAKEN:
                self._tries.failed(item, error)
                log.warning("%s not written: %s", item, error)

    async def _is_ours(self, item: Served, current: Existing | None) -> bool:
        """Whether the name is free, or the object is known and of this pool. Never take over another's; one
        of ours that we have not been told of yet is left until we have."""
        if current is not None:
            return _claim(item, current)
        try:
            found = await self._client.get(KINDS[item.kind].path(item.namespace, item.name))
        except ApiError as error:
            if error.status == _GONE:
                return True
            raise
        _claim(item, read_existing(found))
        return False

    async def _write(self, item: Served, version: str) -> None:
        metadata: dict[str, Any] = {**item.body["metadata"], "resourceVersion": version}
        answer = await self._client.patch(
            KINDS[item.kind].path(item.namespace, item.name), {**item.body, "metadata": metadata},
            kind=Patch.APPLY, params=FORCED, guard=self._may_write,
        )  # fmt: skip
        record = read_existing(answer)
        if record is not None:
            self._stock.written(item.kind, record)
            self._done(item, record)

    async def _delete(self, item: Doomed) -> None:
        known, options = item.known, {"preconditions": {"uid": item.known.uid}}
        path = KINDS[item.kind].path(known.namespace, known.name)
        try:
            await self._client.delete(path, options, guard=self._may_write)
        except NotAllowed:
            return
        except ApiError as error:
            if error.status != _GONE:
                log.warning("%s %s/%s not deleted: %s", item.kind, known.namespace, known.name, error)


def _claim(item: Served, known: Existing | None) -> bool:
    """Whether it may be written. What an uninstallation has left is taken up again; what an earlier pool of
    the name has left will go by itself. Raises ApiError if it is somebody else's."""
    wanted = item.body["metadata"]["labels"]
    if known is None or (known.owner != item.pool[0] and not has(known.labels, wanted)):
        raise ApiError(409, NAME_TAKEN, "exists and is not of this pool; rename one")
    return known.owner in ("", item.pool[0])


async def _few(work: Iterable[Awaitable[None]]) -> None:
    """All of it, a few at a time."""
    slots = asyncio.Semaphore(_IN_FLIGHT)

    async def one(task: Awaitable[None]) -> None:
        async with slots:
            await task

    await asyncio.gather(*map(one, work))
