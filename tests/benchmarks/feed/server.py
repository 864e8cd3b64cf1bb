"""An API server of paper for one operator.

A real control plane with 10,000 nodes and 100,000 pods does not fit beside what is measured. So the
operator's own watch code is fed over HTTP from here: lists in pages of real size, watches with bookmarks
and events; everything that it writes (lease, ledger, statuses) is kept and answered as a server would.
Nothing is checked: this measures the operator, and proves nothing about it.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from aiohttp import web

from tests.benchmarks.feed import fleet, ours

_BOOKMARK_S, _TICK_S = 50.0, 0.02


class Feed:
    """All state: the size of the fleet, what was written, and the streams that are open."""

    def __init__(self, nodes: int, pods: int) -> None:
        self.nodes, self.pods = nodes, pods
        self.version = fleet.BEGIN
        self.kept: dict[str, dict[str, Any]] = {}
        self._streams: dict[str, list[asyncio.Queue[bytes]]] = {}
        for plural, obj in ours.objects(nodes).items():
            path = f"{ours.GROUP}/{plural}/{obj['metadata']['name']}"
            obj["metadata"] |= {"uid": f"uid-{plural}", "generation": 1}
            self.keep(path, obj)

    def keep(self, path: str, obj: dict[str, Any]) -> dict[str, Any]:
        self.version += 1
        obj["metadata"] = {"uid": path, **obj.get("metadata", {}), "resourceVersion": str(self.version)}
        self.kept[path] = obj
        return obj

    def items(self, path: str) -> tuple[int, Any]:
        """How many objects a collection has, and how to write the one of a number."""
        if path == "/api/v1/nodes":
            return self.nodes, lambda n: fleet.node(n, 1)
        if path == "/api/v1/pods":
            return self.pods, lambda n: fleet.pod(n, self.nodes, 1)
        found = [obj for key, obj in self.kept.items() if key.rpartition("/")[0] == path]
        return len(found), lambda n: json.dumps(found[n])

    def page(self, path: str, limit: int, token: str) -> str:
        """All pages of a list are of the version of its first."""
        version, begin = map(int, token.split("-")) if token else (self.version, 0)
        count, write = self.items(path)
        end = min(count, begin + limit)
        more = f',"continue":"{version}-{end}"' if end < count else ""
        items = ",".join(write(number) for number in range(begin, end))
        metadata = f'{{"resourceVersion":"{version}"{more}}}'
        return f'{{"kind":"List","apiVersion":"v1","metadata":{metadata},"items":[{items}]}}'

    def open(self, path: str) -> asyncio.Queue[bytes]:
        stream: asyncio.Queue[bytes] = asyncio.Queue()
        self._streams.setdefault(path, []).append(stream)
        return stream

    def close(self, path: str, stream: asyncio.Queue[bytes]) -> None:
        self._streams[path].remove(stream)

    def say(self, path: str, kind: str, obj: str) -> None:
        for stream in self._streams.get(path, ()):
            stream.put_nowait(f'{{"type":"{kind}","object":{obj}}}\n'.encode())

    async def play(self, what: str, count: int, rate: float) -> None:
        """So many changes of nodes or pods, at that rate."""
        begun = time.monotonic()
        sent = 0
        while sent < count:
            due = min(count, int((time.monotonic() - begun) * rate))
            for number in range(sent, due):
                self.version += 1
                self.say(f"/api/v1/{what}", "MODIFIED", self._changed(what, number))
            sent = due
            await asyncio.sleep(_TICK_S)

    def _changed(self, what: str, number: int) -> str:
        if what == "nodes":
            return fleet.node(number % self.nodes, self.version)
        return fleet.pod(number % self.pods, self.nodes, self.version)


async def watch(request: web.Request, feed: Feed) -> web.StreamResponse:
    """Bookmarks, and whatever is played, until the client goes."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    stream = feed.open(request.path)
    try:
        while True:
            try:
                async with asyncio.timeout(_BOOKMARK_S):
                    line = await stream.get()
            except TimeoutError:
                metadata = f'{{"resourceVersion":"{feed.version}"}}'
                line = f'{{"type":"BOOKMARK","object":{{"metadata":{metadata}}}}}\n'.encode()
            await answer.write(line)
    except ConnectionResetError:
        return answer
    finally:
        feed.close(request.path, stream)


async def read(request: web.Request) -> web.StreamResponse:
    """A list, a watch, or an object."""
    feed: Feed = request.app[FEED]
    if request.query.get("watch"):
        return await watch(request, feed)
    if request.path in ours.DISCOVERY:
        return web.json_response(ours.DISCOVERY[request.path])
    if request.path in feed.kept:
        return web.json_response(feed.kept[request.path])
    if request.path.rpartition("/")[2] in _OBJECTS:
        return web.json_response({"kind": "Status", "code": 404, "reason": "NotFound"}, status=404)
    limit, token = int(request.query.get("limit", 500)), request.query.get("continue", "")
    return web.Response(text=feed.page(request.path, limit, token), content_type="application/json")


async def write(request: web.Request) -> web.Response:
    """POST, PUT or PATCH; a patch replaces the status, which is all that is ever patched here."""
    feed: Feed = request.app[FEED]
    body = json.loads(await request.read())
    if request.method == "PATCH":
        obj = feed.kept[request.path.removesuffix("/status")]
        status = next(step["value"] for step in body if step["path"] == "/status")
        return web.json_response(feed.keep(request.path.removesuffix("/status"), {**obj, "status": status}))
    path = f"{request.path}/{body['metadata']['name']}" if request.method == "POST" else request.path
    return web.json_response(feed.keep(path, body))


async def play(request: web.Request) -> web.Response:
    """`POST /play/pods?count=1000&rate=100`: answers when all has been sent."""
    feed: Feed = request.app[FEED]
    await feed.play(request.match_info["what"], int(request.query["count"]), float(request.query["rate"]))
    return web.Response()


_OBJECTS = ("ampacity-leader", "ampacity-holds")
FEED = web.AppKey("feed", Feed)


def application(nodes: int, pods: int) -> web.Application:
    """The server, for a fleet of that size."""
    app = web.Application(client_max_size=2**24)
    app[FEED] = Feed(nodes, pods)
    app.router.add_post("/play/{what}", play)
    app.router.add_get("/{path:.*}", read)
    for method in ("POST", "PUT", "PATCH"):
        app.router.add_route(method, "/{path:.*}", write)
    return app
