"""Writes statuses: only what changed, and each object at most once in a while.

A large site's figures change with every grant. A write that is not due yet is
not lost: the newest wanted status is written when its time has come.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ampacity import names
from ampacity.cluster.client import Client, Patch
from ampacity.cluster.errors import ApiError, NotAllowed
from ampacity.controllers.status.conditions import stamped
from ampacity.controllers.stores import Object, Store

log = logging.getLogger(__name__)

_IN_FLIGHT = 16
_GONE = 404


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object as last seen, its kind's plural name, and the status it should have (no times)."""

    plural: str
    obj: Object
    status: Mapping[str, Any]

    def of(self, obj: Object) -> Wanted:
        """The same status for another state of the object."""
        return replace(self, obj=obj)

    @property
    def uid(self) -> str:
        return str(self.obj["metadata"]["uid"])

    @property
    def current(self) -> Mapping[str, Any]:
        return self.obj.get("status") or {}

    @property
    def path(self) -> str:
        metadata = self.obj["metadata"]
        namespace = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
        return f"/apis/{names.GROUP}/{names.VERSION}{namespace}/{self.plural}/{metadata['name']}/status"


@dataclass(frozen=True, slots=True)
class Written:
    """One write: when, what was wanted, and what the API server made of it (both without times)."""

    at: float
    wanted: Mapping[str, Any]
    became: Mapping[str, Any]


class StatusWriter:
    """One writer for all kinds.

    `interval`: seconds between two writes of an object's status, unless its
    generation or the verdict of a condition has changed. `stores`: told of
    what the API server answers, so that the next comparison is with that.
    """

    def __init__(
        self,
        client: Client,
        stores: Mapping[str, Store],
        *,
        may_write: Callable[[], bool],
        clock: Callable[[], float],
        wall: Callable[[], str],
        interval: float,
    ) -> None:
        self._client, self._stores, self._may_write = client, stores, may_write
        self._clock, self._wall, self._interval = clock, wall, interval
        self._written: dict[str, Written] = {}

    async def write(self, wanted: Sequence[Wanted]) -> int:
        """Write what is due; how many statuses still wait for their time."""
        changed = [item for item in wanted if self._differs(item)]
        due = [item for item in changed if self._is_due(item)]
        self._forget({item.uid for item in wanted})
        slots = asyncio.Semaphore(_IN_FLIGHT)
        await asyncio.gather(*(self._write(item, slots) for item in due))
        return len(changed) - len(due)

    def _differs(self, item: Wanted) -> bool:
        """Whether a write would change anything, as far as the last one tells."""
        wanted, current = _bare(item.status), _bare(item.current)
        written = self._written.get(item.uid)
        tried = written is not None and (written.wanted, written.became) == (wanted, current)
        return wanted != current and not tried

    def _is_due(self, item: Wanted) -> bool:
        written = self._written.get(item.uid)
        if written is None or self._clock() - written.at >= self._interval:
            return True
        return _verdict(item.current) != _verdict(item.status)

    async def _write(self, item: Wanted, slots: asyncio.Semaphore) -> None:
        status = stamped(item.status, item.current, self._wall())
        patch = [
            {"op": "test", "path": "/metadata/uid", "value": item.uid},
            {"op": "add", "path": "/status", "value": status},
        ]
        try:
            async with slots:
                answer = await self._client.patch(item.path, patch, kind=Patch.JSON, guard=self._may_write)
        except ApiError as error:
            if error.status != _GONE and not isinstance(error, NotAllowed):
                log.warning("status of %s not written: %s", item.path, error)
            return
        self._stores[item.plural].see(answer)
        became = _bare(answer.get("status") or {})
        self._written[item.uid] = Written(self._clock(), _bare(item.status), became)

    def _forget(self, uids: set[str]) -> None:
        for uid in [uid for uid in self._written if uid not in uids]:
            del self._written[uid]


def _bare(status: Mapping[str, Any]) -> dict[str, Any]:
    """A status without its times."""
    conditions = [
        {k: v for k, v in c.items() if k != "lastTransitionTime"} for c in status.get("conditions") or ()
    ]
    return {**status, "conditions": conditions}


def _verdict(status: Mapping[str, Any]) -> tuple[object, ...]:
    """What must not wait: the generations it speaks of, and each condition's status and reason."""
    conditions = [(c["type"], c["status"], c["reason"]) for c in status.get("conditions") or ()]
    return status.get("observedGeneration"), status.get("acceptedGeneration"), conditions
