"""A complete list in pages, all of one resourceVersion, or an error: never part of a list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from ampacity.cluster.backoff import Backoff
from ampacity.cluster.client import Client
from ampacity.cluster.errors import ApiError, Unreachable
from ampacity.cluster.wire import Json, Page, Wire

T = TypeVar("T")

_TRIES = 5
_TIMEOUT = 60.0
_GONE = 410


class Torn(ApiError):
    """The pages are not of one moment, or of one that is past: the list must be started over."""

    def __init__(self, message: str) -> None:
        super().__init__(0, "Torn", message)


async def list_all(
    client: Client,
    path: str,
    wire: Wire[Any],
    read: Callable[[Json], T | None],
    params: dict[str, str],
    backoff: Backoff,
) -> tuple[list[T], str]:
    """Records of all objects, and the resourceVersion they are of.

    Each page is read as it comes and then forgotten: a fleet's pods in JSON
    would fill the memory. Pages that fail are asked for again, with the same
    continue token. Torn if that token has expired, or if a page is of another version.
    """
    records: list[T] = []
    version = token = ""
    while True:
        page = await _page(client, path, wire, params, token, backoff)
        if version and page.version != version:
            raise Torn(f"pages of {path} are of versions {version} and {page.version}")
        version, token = page.version, page.next
        records.extend(record for item in page.items if (record := read(item)) is not None)
        if not token:
            return records, version


async def _page(
    client: Client, path: str, wire: Wire[Any], params: dict[str, str], token: str, backoff: Backoff
) -> Page:
    asked = {**params, "continue": token} if token else params
    for left in reversed(range(_TRIES)):
        try:
            return wire.page(await client.get_raw(path, asked, verb="list", timeout=_TIMEOUT))
        except ValueError as error:
            problem: ApiError = Unreachable("Garbled", f"the list of {path} is no list: {error}")
        except ApiError as error:
            problem = error
        if token and problem.status == _GONE:
            raise Torn(f"the list of {path} took longer than its continue token lives")
        if not left:
            raise problem
        await asyncio.sleep(backoff.next(problem.retry_after))
    raise AssertionError("unreachable: the last try returns or raises")
