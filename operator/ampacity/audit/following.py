"""Follows one kind of object: a complete list, then every change, resumed where it broke off."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from ampacity import names
from ampacity.audit.history import ENVELOPE, HOLDS, NAMESPACE, NODE, POD, PROFILE

Record = dict[str, Any]
Emit = Callable[[Record], None]

_PAGE = "500"
_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
_OURS = f"/apis/{names.GROUP}/{names.VERSION}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the objects of a kind are. `selector`: a field selector."""

    kind: str
    path: str
    selector: str = ""

    @property
    def params(self) -> dict[str, str]:
        return {"fieldSelector": self.selector} if self.selector else {}


SOURCES = (
    Source(NODE, "/api/v1/nodes"),
    Source(POD, "/api/v1/pods"),
    Source(HOLDS, "/api/v1/configmaps", f"metadata.name={names.HOLDS}"),
    Source(NAMESPACE, "/api/v1/namespaces"),
    Source(ENVELOPE, f"{_OURS}/sitepowerenvelopes"),
    Source(PROFILE, f"{_OURS}/acceleratorprofiles"),
)


class _Expired(Exception):
    """The server no longer has the versions after the last one seen."""


class Unknown(Exception):
    """The server does not know the kind: its definition is not installed."""


async def follow(session: aiohttp.ClientSession, source: Source, emit: Emit) -> None:
    """Emit records for ever. A kind that the server does not know yet is asked for again."""
    version, failures = "", 0
    while True:
        try:
            if not version:
                items, version = await list_all(session, source)
                emit(_listed(source, items, version))
            async for event in _watch(session, source, version):
                failures = 0
                version = event["object"]["metadata"]["resourceVersion"]
                if event["type"] != "BOOKMARK":
                    emit(_changed(source, event))
        except Unknown:
            emit(_listed(source, [], "0"))
            await _until_known(session, source)
            version = ""
        except _Expired:
            version = ""
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
            failures += 1


async def list_all(session: aiohttp.ClientSession, source: Source) -> tuple[list[Record], str]:
    """All objects of a kind and the version at which that is all of them."""
    items: list[Record] = []
    params = {**source.params, "limit": _PAGE}
    while True:
        async with session.get(source.path, params=params) as answer:
            _check(answer)
            page = await answer.json()
        items += page["items"]
        if not page["metadata"].get("continue"):
            return items, page["metadata"]["resourceVersion"]
        params["continue"] = page["metadata"]["continue"]


async def _watch(session: aiohttp.ClientSession, source: Source, version: str) -> AsyncIterator[Record]:
    params = {
        **source.params,
        "watch": "true",
        "resourceVersion": version,
        "allowWatchBookmarks": "true",
        "timeoutSeconds": "240",
    }
    async with session.get(source.path, params=params) as answer:
        _check(answer)
        async for line in _lines(answer.content):
            event = json.loads(line)
            if event["type"] == "ERROR":
                raise _Expired if event["object"].get("code") == 410 else ValueError(line)
            yield event


async def _until_known(session: aiohttp.ClientSession, source: Source) -> None:
    while True:
        await asyncio.sleep(0.3)
        async with session.get(source.path, params={"limit": "1"}) as answer:
            if answer.status != 404:
                return


def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status == 404:
        raise Unknown
    if answer.status == 410:
        raise _Expired
    answer.raise_for_status()


async def _lines(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Whole lines of any length; a last line that was cut off is dropped and asked for again."""
    rest = b""
    async for chunk in content.iter_any():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line:
                yield line


def _listed(source: Source, items: list[Record], version: str) -> Record:
    return {
        "t": time.time(),
        "kind": source.kind,
        "event": "LIST",
        "version": int(version),
        "items": [_pruned(item) for item in items],
    }


def _changed(source: Source, event: Record) -> Record:
    return {"t": time.time(), "kind": source.kind, "event": event["type"], "object": _pruned(event["object"])}


def _pruned(obj: Record) -> Record:
    obj["metadata"].pop("managedFields", None)
    return obj
