"""kopf is watched over: whatever ends it, our own kinds are soon known again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from ampacity import names
from ampacity.cluster.access import Access
from ampacity.cluster.client import Client
from ampacity.controllers import own_kinds
from ampacity.controllers.own_kinds import OwnKinds
from ampacity.controllers.session import session_maker
from ampacity.controllers.stores import Store
from tests.unit.cluster.badserver import BadServer, serving

PLURAL = "sitepowerenvelopes"


def resource(plural: str, kind: str, namespaced: bool) -> dict[str, Any]:
    verbs = ["list", "watch", "patch"]
    return {"name": plural, "singularName": "", "kind": kind, "namespaced": namespaced, "verbs": verbs}


DISCOVERY: dict[str, dict[str, Any]] = {
    "/api": {"versions": ["v1"]},
    "/apis": {
        "groups": [
            {
                "name": names.GROUP,
                "preferredVersion": {"version": names.VERSION},
                "versions": [{"version": names.VERSION}],
            }
        ]
    },
    "/api/v1": {"resources": [resource("namespaces", "Namespace", False), resource("events", "Event", True)]},
    f"/apis/{names.GROUP}/{names.VERSION}": {
        "resources": [resource(PLURAL, "SitePowerEnvelope", False)],
    },
}


async def play(server: BadServer, relist: float, scenario: Callable[[BadServer, Store], Any]) -> None:
    """Run `scenario` while OwnKinds feeds a store from `server`."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path in DISCOVERY:
            return web.json_response(DISCOVERY[request.path])
        return await server.handle(request)

    async with serving(handle) as url, Client(Access(url)) as client:
        store = Store()
        session = session_maker(Access(url), asyncio.get_running_loop())
        task = asyncio.create_task(OwnKinds(client, {PLURAL: store}, session, relist).run())
        try:
            async with asyncio.timeout(30):
                await scenario(server, store)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until_known(store: Store, *expected: str) -> None:
    while [obj["metadata"]["name"] for obj in store.all()] != list(expected):
        await asyncio.sleep(0.02)


async def until_watched(server: BadServer, times: int) -> None:
    while sum("watch" in query for query in server.seen) < times:
        await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_kinds, "_PAUSE", 0.1)


def test_events_are_enough() -> None:
    async def scenario(server: BadServer, store: Store) -> None:
        await until_watched(server, 1)
        await server.put("a")
        await until_known(store, "a")
        await server.remove("a")
        await until_known(store)

    asyncio.run(play(BadServer(), 3600, scenario))


@pytest.mark.parametrize("trouble", ["error", "gone", "reset"])
def test_whatever_ends_a_watch_the_next_event_still_comes(trouble: str) -> None:
    async def scenario(server: BadServer, store: Store) -> None:
        server.watches.append(trouble)
        await server.put("a")
        await until_watched(server, 2)
        await server.put("b")
        await until_known(store, "a", "b")

    asyncio.run(play(BadServer(), 3600, scenario))


def test_a_list_finds_what_no_event_told() -> None:
    async def scenario(server: BadServer, store: Store) -> None:
        await server.put("a")
        await until_known(store, "a")
        server.watches.extend(["stall"] * 20)
        await server.remove("a")
        await until_known(store)

    asyncio.run(play(BadServer(), 0.2, scenario))


def test_nothing_is_watched_before_the_kinds_exist() -> None:
    async def scenario(server: BadServer, store: Store) -> None:
        await server.put("a")
        await until_known(store, "a")
        assert store.listed

    server = BadServer()
    server.lists.extend([404, 404, 500])
    asyncio.run(play(server, 3600, scenario))
