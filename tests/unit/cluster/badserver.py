"""A local API server that lists and watches one kind of object, and misbehaves on request.

Not a model of Kubernetes: a replayer of what real servers, proxies and networks
do to clients at the worst moment.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from ampacity.cluster.access import Access
from ampacity.cluster.client import Client

PATH = "/api/v1/things"
Json = dict[str, Any]


class BadServer:
    """Objects by name, and the troubles that the next requests get into, in order.

    Troubles of a list: an HTTP status, "torn" (a page of another version), "stale" (the oldest list
    that was ever answered), "expired" (410 on the next continue token), "garbage". Of a watch: an HTTP
    status, "gone" (an ERROR event 410), "error" (an ERROR event 500), "cut" (half a line), "reset",
    "stall", "garbage", "odd" (an event of an unknown type), "nameless" (an object without uid), "close"
    (ended at once).
    """

    def __init__(self) -> None:
        self.version = 100
        self.objects: dict[str, Json] = {}
        self.lists: deque[int | str] = deque()
        self.watches: deque[int | str] = deque()
        self.seen: list[dict[str, str]] = []
        self.url = ""
        self._log: list[tuple[int, str, Json]] = []
        self._kept_from = 100
        self._snapshots: dict[str, list[Json]] = {}
        self._news = asyncio.Condition()

    async def put(self, name: str, value: int = 0, uid: str = "") -> Json:
        """Create or change an object."""
        kind = "MODIFIED" if name in self.objects else "ADDED"
        old = self.objects.get(name, {"metadata": {"uid": uid or f"uid-{name}-{self.version}"}})
        return await self._tell(kind, {**old, "value": value, "metadata": {**old["metadata"], "name": name}})

    async def remove(self, name: str) -> None:
        """Delete an object."""
        await self._tell("DELETED", self.objects[name])

    def forget(self) -> None:
        """Compact: watches from before now are answered with 410."""
        self._log.clear()
        self._kept_from = self.version

    async def _tell(self, kind: str, item: Json) -> Json:
        async with self._news:
            self.version += 1
            item = {**item, "metadata": {**item["metadata"], "resourceVersion": str(self.version)}}
            name = item["metadata"]["name"]
            if kind == "DELETED":
                del self.objects[name]
            else:
                self.objects[name] = item
            self._log.append((self.version, kind, item))
            self._news.notify_all()
        return item

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a list or a watch."""
        query = dict(request.query)
        self.seen.append(query)
        if query.get("watch") != "true":
            return self._list(query, self.lists.popleft() if self.lists else "")
        return await self._watch(request, int(query["resourceVersion"]), self._next_watch_trouble())

    def _next_watch_trouble(self) -> int | str:
        return self.watches.popleft() if self.watches else ""

    def _list(self, query: dict[str, str], trouble: int | str) -> web.Response:
        token = query.get("continue", "")
        if isinstance(trouble, int):
            return refusal(trouble)
        if trouble == "garbage":
            return web.Response(text='{"items": [')
        if trouble == "expired" and token:
            return refusal(410)
        newest = str(self.version) if trouble != "stale" else next(iter(self._snapshots), str(self.version))
        version, start = token.split(":") if token else (newest, "0")
        items = self._snapshots.setdefault(version, [self.objects[name] for name in sorted(self.objects)])
        end = int(start) + int(query["limit"])
        told = str(int(version) + 1) if trouble == "torn" and token else version
        metadata = {"resourceVersion": told, "continue": f"{version}:{end}" if end < len(items) else ""}
        return web.json_response({"metadata": metadata, "items": items[int(start) : end]})

    async def _watch(self, request: web.Request, since: int, trouble: int | str) -> web.StreamResponse:
        if isinstance(trouble, int):
            return refusal(trouble)
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            async for event in self._events(since):
                if trouble:
                    return await _misbehave(response, request, str(trouble), event)
                await response.write(event)
        return response

    async def _events(self, since: int) -> AsyncIterator[bytes]:
        """Events after `since`, a bookmark every 50 ms of silence; 410 if it falls behind what is kept."""
        while since >= self._kept_from:
            for version, kind, item in [entry for entry in self._log if entry[0] > since]:
                since = version
                yield line(kind, item)
            async with self._news:
                try:
                    await asyncio.wait_for(self._news.wait(), 0.05)
                except TimeoutError:
                    yield line("BOOKMARK", {"metadata": {"resourceVersion": str(since)}})
        yield line("ERROR", {"code": 410, "reason": "Expired"})


async def _misbehave(
    response: web.StreamResponse, request: web.Request, trouble: str, event: bytes
) -> web.StreamResponse:
    if trouble == "gone":
        await response.write(line("ERROR", {"code": 410, "reason": "Expired"}))
    elif trouble == "cut":
        await response.write(event[: len(event) // 2])
    elif trouble == "garbage":
        await response.write(b'{"type": "ADDED", "object": nonsense}\n')
    elif trouble == "error":
        await response.write(line("ERROR", {"code": 500, "reason": "InternalError"}))
    elif trouble == "odd":
        await response.write(line("SURPRISE", {"metadata": {"uid": "x", "resourceVersion": "999999"}}))
    elif trouble == "nameless":
        await response.write(line("MODIFIED", {"metadata": {"resourceVersion": "999999"}}))
    elif trouble == "stall":
        await asyncio.sleep(3600)
    elif trouble == "reset" and request.transport is not None:
        request.transport.abort()
    return response


def line(kind: str, item: Json) -> bytes:
    """A watch event."""
    return json.dumps({"type": kind, "object": item}).encode() + b"\n"


def refusal(status: int, retry_after: str = "0") -> web.Response:
    """A Status, as the API server sends it."""
    body = {"kind": "Status", "code": status, "reason": f"Reason{status}", "message": f"sorry: {status}"}
    headers = {"Retry-After": retry_after} if status == 429 else {}
    return web.json_response(body, status=status, headers=headers)


@asynccontextmanager
async def serving(handler: Any) -> AsyncIterator[str]:
    """A server for all paths on a free local port; yields its URL."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def bad_server() -> AsyncIterator[tuple[BadServer, Client]]:
    """A BadServer and a client of it."""
    server = BadServer()
    async with serving(server.handle) as server.url, Client(Access(server.url), timeout=2.0) as client:
        yield server, client
