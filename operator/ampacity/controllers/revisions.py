"""Accepted generations on record: one ControllerRevision each, in the operator's namespace.

An object keeps only its last one. That of an envelope is owned by it and goes
with it. That of a profile outlives it, because machines draw what it says
whether or not somebody deletes it; it goes when nothing needs it any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from ampacity import names
from ampacity.cluster.client import Client
from ampacity.cluster.errors import ApiError
from ampacity.translate.accepted import PROFILE, Revision, revision_of

_CONFLICT, _NOT_FOUND = 409, 404


class RevisionStore:
    """The record. `load` reads it; `save` brings it in step with what is accepted."""

    def __init__(self, client: Client, namespace: str, may_write: Callable[[], bool]) -> None:
        self._client, self._namespace, self._may_write = client, namespace, may_write
        self._path = f"/apis/apps/v1/namespaces/{namespace}/controllerrevisions"
        self._on_record: dict[str, Revision | None] = {}

    async def load(self) -> tuple[Revision, ...]:
        """Everything on record, in the order in which it was put there. Raises ApiError."""
        page = await self._client.get(self._path, {"labelSelector": names.ACCEPTED})
        items = sorted(page["items"], key=lambda item: int(item["metadata"]["resourceVersion"]))
        self._on_record = {item["metadata"]["name"]: revision_of(item) for item in items}
        return tuple(revision for revision in self._on_record.values() if revision is not None)

    async def save(self, kept: Iterable[Revision]) -> None:
        """Put new revisions on record, then drop whatever else is there. Raises ApiError."""
        wanted = {_name(revision): revision for revision in kept}
        new = [item for item in wanted.items() if self._on_record.get(item[0]) != item[1]]
        await asyncio.gather(*(self._put(name, revision) for name, revision in new))
        for name in self._on_record.keys() - wanted.keys():
            await self._drop(name)

    async def _put(self, name: str, revision: Revision) -> None:
        if name in self._on_record:  # as somebody else wrote it
            await self._drop(name)
        await self._create(name, revision)

    async def _create(self, name: str, revision: Revision) -> None:
        try:
            manifest = _manifest(name, self._namespace, revision)
            await self._client.create(self._path, manifest, guard=self._may_write)
        except ApiError as error:
            if error.status != _CONFLICT:
                raise
        self._on_record[name] = revision

    async def _drop(self, name: str) -> None:
        try:
            await self._client.delete(f"{self._path}/{name}", guard=self._may_write)
        except ApiError as error:
            if error.status != _NOT_FOUND:
                raise
        del self._on_record[name]


def _name(revision: Revision) -> str:
    return f"{revision.kind.lower()}-{revision.uid}-{revision.generation}"


def _manifest(name: str, namespace: str, revision: Revision) -> dict[str, Any]:
    owners = [] if revision.kind == PROFILE else [_owner(revision)]
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {names.ACCEPTED: revision.kind},
            "ownerReferences": owners,
        },
        "revision": revision.generation,
        "data": {"name": revision.name, "uid": revision.uid, "spec": revision.spec},
    }


def _owner(revision: Revision) -> dict[str, Any]:
    return {
        "apiVersion": f"{names.GROUP}/{names.VERSION}",
        "kind": revision.kind,
        "name": revision.name,
        "uid": revision.uid,
    }
