"""A proxy between one client and the real API server, which injects faults as a schedule says.

    with FaultProxy(cluster.server, cluster.ca, Schedule(seed=7, rate=0.2)) as proxy:
        kubeconfig = proxy.kubeconfig(token_file)

It listens on plain HTTP on 127.0.0.1 and passes the bearer token on, so that the server sees who asks. It
runs in a thread of its own. Lists are served in short pages, so that there are later pages to go wrong.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

from tests.faults.answering import Answering
from tests.faults.kinds import Fault, call_of
from tests.faults.schedule import Schedule
from tests.faults.upstream import Upstream, hang_up, refusal
from tests.faults.watching import Watching

_STARTS_WITHIN = 10.0


class FaultProxy:
    """Use as a context manager. `schedule` may be asked what was injected, at any time.

    `old_reads`: lists that the client asked for at resourceVersion 0, that is, however old they may be.
    """

    def __init__(self, server: str, ca: Path, schedule: Schedule) -> None:
        self.schedule = schedule
        self.url = ""
        self.old_reads: list[str] = []
        self._server, self._ca = server, ca
        self._expired: set[str] = set()
        self._up = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="fault-proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._up.wait(_STARTS_WITHIN):
            raise TimeoutError("the fault proxy did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_STARTS_WITHIN)

    def kubeconfig(self, token_file: Path) -> Path:
        """A kubeconfig for this proxy and the token in that file."""
        document = {
            "clusters": [{"name": "proxy", "cluster": {"server": self.url}}],
            "users": [{"name": "user", "user": {"tokenFile": str(token_file)}}],
            "contexts": [{"name": "proxy", "context": {"cluster": "proxy", "user": "user"}}],
            "current-context": "proxy",
        }
        path = token_file.with_name("kubeconfig")
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    def expire(self, token: str) -> None:
        """From now on this token is answered with 401."""
        self._expired.add(token)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        trust = ssl.create_default_context(cafile=str(self._ca))
        connector = aiohttp.TCPConnector(limit=0, ssl=trust)
        async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
            self._upstream = Upstream(session, self._server)
            self._answering = Answering(self._upstream, self.schedule)
            self._watching = Watching(self._upstream, self.schedule)
            runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.2)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            self.url = f"http://{host}:{port}"
            self._up.set()
            await self._stop.wait()
            await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        call = call_of(request.method, request.path, dict(request.query))
        if request.headers.get("Authorization", "").removeprefix("Bearer ") in self._expired:
            self.schedule.count(Fault.EXPIRED_TOKEN)
            return refusal(401)
        if request.query.get("resourceVersion") == "0":
            self.old_reads.append(request.path)
        try:
            serve = self._watching.serve if call.watch else self._answering.serve
            return await serve(request, call, self.schedule.draw(call))
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            return hang_up(request)
