"""Who campaigns: a process that may read all that it needs, as soon as it knows that; and what it acts on
then was listed after the ledger was its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from ampacity.cluster.access import Access
from ampacity.cluster.client import Client
from ampacity.controllers.metrics import Metrics
from ampacity.controllers.process import Process
from ampacity.controllers.settings import Settings
from tests.benchmarks.feed.server import application

LEASES = "/apis/coordination.k8s.io/v1/namespaces/ampacity/leases"
LEDGERS = "/api/v1/namespaces/ampacity/configmaps"
PODS, NODES, VOLUMES = "/api/v1/pods", "/api/v1/nodes", "/api/v1/persistentvolumes"
PROFILES = "/apis/ampacity.io/v1alpha1/acceleratorprofiles"
SETTINGS = Settings(http_port=0, identity="one")
PAGES = 3
"""Pages of pods that a list has."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Doorman:
    """Refuses what is `closed`, and keeps a record of what was asked, less pages after the first."""

    closed: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def times(self, *what: str) -> int:
        return self.asked.count((what[0], what[1]))

    def last(self, *what: str) -> int:
        return max(at for at, one in enumerate(self.asked) if one == what)

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if "continue" not in request.query:
            verb = "WATCH" if "watch" in request.query else request.method
            self.asked.append((verb, request.path))
        if request.path in self.closed:
            return web.json_response({"kind": "Status", "code": 403, "reason": "Forbidden"}, status=403)
        return await handler(request)


@asynccontextmanager
async def starting(doorman: Doorman) -> AsyncIterator[Process]:
    """A process that has just been started, and a server behind that doorman."""
    app = application(nodes=10, pods=500 * PAGES)
    app.middlewares.append(doorman.guard)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    access = Access(f"http://127.0.0.1:{runner.addresses[0][1]}")
    async with Client(access) as client:
        process = Process(SETTINGS, client, access, Metrics())
        running = asyncio.create_task(process.run())
        try:
            yield process
        finally:
            process.stop()
            await running
            await runner.cleanup()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def test_a_process_that_may_not_read_something_leaves_the_lease_to_others() -> None:
    async def scenario() -> None:
        doorman = Doorman(closed={VOLUMES})
        async with starting(doorman) as process:
            await until(lambda: doorman.times("GET", VOLUMES) >= 3 and doorman.times("WATCH", PODS) > 0)
            assert not doorman.times("POST", LEASES)
            assert process.ready()[1].endswith("persistentvolumes")
            doorman.closed.clear()
            await until(lambda: process.ready()[0])
            assert doorman.times("POST", LEASES) == 1

    asyncio.run(scenario())


def test_pods_are_read_once_it_is_known_what_a_gpu_is() -> None:
    async def scenario() -> None:
        doorman = Doorman(closed={PROFILES})
        async with starting(doorman) as process:
            await until(lambda: doorman.times("GET", PROFILES) >= 3 and doorman.times("WATCH", NODES) > 0)
            assert not doorman.times("GET", PODS)
            doorman.closed.clear()
            await until(lambda: process.ready()[0])

    asyncio.run(scenario())


def test_what_a_leader_acts_on_was_listed_after_the_ledger_was_its_own() -> None:
    async def scenario() -> None:
        doorman = Doorman()
        async with starting(doorman) as process:
            await until(lambda: process.ready()[0])
            ledger = doorman.last("POST", LEDGERS)
            for collection in (PODS, VOLUMES, NODES, "/apis/apps/v1/deployments"):
                assert doorman.last("GET", collection) > ledger

    asyncio.run(scenario())
