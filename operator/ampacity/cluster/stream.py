"""One watch connection as news: every event checked, in order, and an error at the first that is none."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from ampacity.cluster.client import Client, Params
from ampacity.cluster.lines import Broken, lines
from ampacity.cluster.wire import Event, Json, Wire, refusal

BOOKMARK, DELETED = "BOOKMARK", "DELETED"
_TYPES = ("ADDED", "MODIFIED", DELETED, BOOKMARK)


@dataclass(frozen=True, slots=True)
class News:
    """An event that was read completely. `uid` is "" for a bookmark, which has no object but a version."""

    type: str
    uid: str
    version: str
    item: Json


async def news(
    client: Client, path: str, wire: Wire[Any], params: Params, *, stall: float
) -> AsyncGenerator[News, None]:
    """What the server tells until it ends the watch in good order; bookmarks too.

    Raises ApiError, also for what the server says in an ERROR event, and Broken for a stream that is none.
    """
    asked = {**params, "watch": "true", "allowWatchBookmarks": "true"}
    async with client.stream(path, asked, stall=stall) as content:
        async for line in lines(content):
            yield _checked(_event(wire, line))


def _event(wire: Wire[Any], line: bytes) -> Event:
    try:
        return wire.event(line)
    except ValueError as error:
        raise Broken(f"a line is no event: {error}") from error


def _checked(event: Event) -> News:
    if event.type == "ERROR":
        raise refusal(event.object)
    metadata = event.object.get("metadata") or {}
    version = metadata.get("resourceVersion")
    uid = str(metadata.get("uid") or "")
    if not version or event.type not in _TYPES or not (uid or event.type == BOOKMARK):
        raise Broken(f"an event of type {event.type!r} at version {version!r}")
    return News(event.type, uid, version, event.object)
