"""Accepted generations on record: one ControllerRevision each, in the operator's namespace.

They are owned by their object, so that nothing is left of it when it is
deleted, and an object keeps only its last one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from ampacity import names
from ampacity.cluster.client import Client
from ampacity.cluster.errors import ApiError
from ampacity.controllers.accepted import Revision

_LABEL = f"{names.GROUP}/accepted"
_CONFLICT, _NOT_FOUND = 409, 404


class RevisionStore:
    """The record. `load` reads it; `save` brings it in step with what is accepted."""

    def __init__(self, client: Client, namespace: str, may_write: Callable[[], bool]) -> None:
        self._client, self._namespace, self._may_write = client, namespace, may_write
        self._path = f"/apis/apps/v1/namespaces/{namespace}/controllerrevisions"
        self._on_record: dict[str, Revision] = {}

    async def load(self) -> tuple[Revision, ...]:
        """Everything on record. Raises ApiError."""
        page = await self._client.get(self._path, {"labelSelector": _LABEL})
        self._on_record = {item["metadata"]["name"]: _read(item) for item in page["items"]}
        return tuple(self._on_record.values())

    async def save(self, kept: Iterable[Revision]) -> None:
        """Put new revisions on record, then drop those they replace. Raises ApiError."""
        wanted = {_name(revision): revision for revision in kept}
        new = [(name, revision) for name, revision in wanted.items() if name not in self._on_record]
        await asyncio.gather(*(self._create(name, revision) for name, revision in new))
        newest = {revision.uid: revision.generation for revision in wanted.values()}
        for name, old in list(self._on_record.items()):
            if old.generation < newest.get(old.uid, 0):
                await self._drop(name)

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
    owner = {
        "apiVersion": f"{names.GROUP}/{names.VERSION}",
        "kind": revision.kind,
        "name": revision.name,
        "uid": revision.uid,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {_LABEL: revision.kind},
            "ownerReferences": [owner],
        },
        "revision": revision.generation,
        "data": {"spec": revision.spec},
    }


def _read(item: dict[str, Any]) -> Revision:
    owner = item["metadata"]["ownerReferences"][0]
    return Revision(owner["kind"], owner["name"], owner["uid"], item["revision"], item["data"]["spec"])
