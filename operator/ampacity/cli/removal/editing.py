"""Changing an object that others write too: read, change, write over exactly what was read."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable
from typing import Any

from ampacity.cluster.client import Client, Guard
from ampacity.cluster.errors import ApiError

Json = dict[str, Any]

CONFLICT = 409
NOT_FOUND = 404
_TRIES = 20
_PAUSE = 0.2


class Stuck(Exception):
    """Something did not happen in time; the text says what, and what to do."""


async def edit(client: Client, path: str, change: Callable[[Json], Json], guard: Guard) -> Json:
    """The object as `change` makes it (of a copy), as the API server answered. Raises ApiError."""
    for left in reversed(range(_TRIES)):
        found = await client.get(path)
        wanted = change(copy.deepcopy(found))
        if wanted == found:
            return found
        try:
            return await client.replace(path, wanted, guard=guard)
        except ApiError as error:
            if error.status != CONFLICT or not left:
                raise
            await asyncio.sleep(_PAUSE)
    raise AssertionError("unreachable: the last try returns or raises")


async def until(look: Callable[[], Awaitable[bool]], what: str, patience: float) -> None:
    """Return as soon as `look` says yes; Stuck after `patience` seconds, with what was waited for."""
    try:
        async with asyncio.timeout(patience):
            while not await look():
                await asyncio.sleep(_PAUSE)
    except TimeoutError:
        raise Stuck(f"{what} within {patience:g} s; run this command again") from None


async def delete(client: Client, path: str, obj: Json, guard: Guard) -> bool:
    """Delete exactly this version of an object; False if it has changed or is gone. Raises ApiError."""
    metadata = obj["metadata"]
    exact = {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}
    try:
        await client.delete(path, {"preconditions": exact}, guard=guard)
    except ApiError as error:
        if error.status not in (CONFLICT, NOT_FOUND):
            raise
        return False
    return True
