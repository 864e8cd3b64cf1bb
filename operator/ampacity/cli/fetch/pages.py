"""Complete lists of raw objects, page by page, read at quorum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ampacity.cluster.client import Client
from ampacity.cluster.errors import ApiError

Json = dict[str, Any]

_PAGE = "500"
_NOT_FOUND = 404


async def every(client: Client, path: str, selectors: Mapping[str, str] | None = None) -> list[Json]:
    """All objects of a list. Raises ApiError, with status 404 where the cluster does not know the kind."""
    items: list[Json] = []
    params = {**(selectors or {}), "limit": _PAGE}
    while True:
        page = await client.get(path, params)
        items += page["items"]
        if not page["metadata"].get("continue"):
            return items
        params["continue"] = page["metadata"]["continue"]


async def if_known(client: Client, path: str, selectors: Mapping[str, str] | None = None) -> list[Json]:
    """As `every`; nothing where the cluster does not know the kind."""
    try:
        return await every(client, path, selectors)
    except ApiError as error:
        if error.status == _NOT_FOUND:
            return []
        raise
