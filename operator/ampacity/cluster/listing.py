"""A complete list in pages, all of one resourceVersion, or an error: never part of a list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
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


def _nothing() -> None:
    """Nobody wants to know."""


async def list_all(
    client: Client,
    path: str,
    wire: Wire[Any],
    read: Callable[[Json], T | None],
    params: dict[str, str],
    backoff: Backoff,
    on_page: Callable[[], None] = _nothing,
) -> tuple[list[T], str]:
    """Records of all objects, and the resourceVersion they are of. `on_page` hears of each page that comes.

    Each page is read as it comes and then forgotten: a fleet's pods in JSON
    would fill the memory. Pages that fail are asked for again, with the same
    continue token. Torn if that token has expired, or if a page is of another version.
    """
    records: list[T] = []
    version = ""
    async with aclosing(_pages(client, path, wire, params, backoff)) as pages:
        async for page in pages:
            on_page()
            if version and page.version != version:
                raise Torn(f"pages of {path} are of versions {version} and {page.version}")
            version = page.version
            records.extend(record for item in page.items if (record := read(item)) is not None)
    return records, version


async def _pages(
    client: Client, path: str, wire: Wire[Any], params: dict[str, str], backoff: Backoff
) -> AsyncGenerator[Page, None]:
    """One after the other. The server works on the next one while somebody reads this one."""
    page = await _page(client, path, wire, params, "", backoff)
    while page.next:
        coming = asyncio.create_task(_page(client, path, wire, params, page.next, backoff))
        try:
            await asyncio.sleep(0)  # the request goes out now, not after the reading
            yield page
            page = await coming
        finally:
            coming.cancel()
    yield page


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
