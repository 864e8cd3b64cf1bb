"""kopf is watched over: whatever ends it, our own kinds are soon known again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import kopf
import pytest
from aiohttp import web

from ampacity import names
from ampacity.cluster.access import Access
from ampacity.cluster.client import Client
from ampacity.cluster.listing import Torn
from ampacity.controllers import own_kinds
from ampacity.controllers.kopf_thread import run_kopf
from ampacity.controllers.own_kinds import OwnKinds
from ampacity.controllers.session import session_maker
from ampacity.controllers.stores import Store
from tests.unit.cluster.badserver import BadServer, bad_server, serving

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
        "resources": [
            resource(PLURAL, "SitePowerEnvelope", False),
            resource("acceleratorprofiles", "AcceleratorProfile", False),
            resource("gpuinferencepools", "GPUInferencePool", True),
        ],
    },
}


async def play(
    server: BadServer, relist: float, scenario: Callable[[BadServer, Store], Any], more: tuple[str, ...] = ()
) -> None:
    """Run `scenario` while OwnKinds feeds a store from `server`; `more`: kinds that are fed besides."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path in DISCOVERY:
            return web.json_response(DISCOVERY[request.path])
        return await server.handle(request)

    async with serving(handle) as url, Client(Access(url)) as client:
        store = Store()
        session = session_maker(Access(url), asyncio.get_running_loop())
        stores = {PLURAL: store} | {plural: Store() for plural in more}
        task = asyncio.create_task(OwnKinds(client, stores, session, relist).run())
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


@pytest.mark.parametrize("trouble", ["error", "cut", "garbage"])
def test_kopf_is_started_anew_even_where_it_does_not_end(trouble: str) -> None:
    """Of several watchers, one fails; kopf waits for the others, which wait for a session."""

    async def scenario(server: BadServer, store: Store) -> None:
        server.watches.append(trouble)
        await until_watched(server, 3)
        await server.put("a")
        await until_watched(server, 6)
        await server.put("b")
        await until_known(store, "a", "b")

    asyncio.run(play(BadServer(), 3600, scenario, ("acceleratorprofiles", "gpuinferencepools")))


def test_kopf_that_is_stuck_is_ended() -> None:
    async def scenario() -> None:
        def never(on_call: Callable[[], None]) -> kopf.AiohttpSession:
            raise kopf.TemporaryError("no session", delay=3600)

        await run_kopf({PLURAL: lambda obj, deleted: None}, never, silent=0.5)

    asyncio.run(asyncio.wait_for(scenario(), 20))


def test_a_list_finds_what_no_event_told() -> None:
    async def scenario(server: BadServer, store: Store) -> None:
        await server.put("a")
        await until_known(store, "a")
        server.watches.extend(["stall"] * 20)
        await server.remove("a")
        await until_known(store)

    asyncio.run(play(BadServer(), 0.2, scenario))


def test_a_list_from_a_server_that_lags_behind_does_not_pass_for_a_fresh_one() -> None:
    async def scenario() -> None:
        async with bad_server() as (server, client):
            store = Store()
            session = session_maker(Access(server.url), asyncio.get_running_loop())
            kinds = OwnKinds(client, {PLURAL: store}, session, 1)
            await kinds.list_all()
            await server.put("a")
            await kinds.list_all()
            await server.put("b")
            server.lists.extend(["stale"] * 5)
            with pytest.raises(Torn, match="is of version 100, and 101 was known"):
                await kinds.list_all()
            await kinds.list_all()
            assert [obj["metadata"]["name"] for obj in store.all()] == ["a", "b"]
            with pytest.raises(Torn, match="and 200 was known"):
                await kinds.list_all("200")

    asyncio.run(scenario())


def test_a_list_whose_token_expires_is_taken_anew() -> None:
    async def scenario(server: BadServer, store: Store) -> None:
        await until_known(store, *sorted(f"n{number:03}" for number in range(501)))
        assert not server.lists

    async def crowded() -> None:
        server = BadServer()
        for number in range(501):
            await server.put(f"n{number:03}")
        server.lists.extend(["", "expired", "", "expired"])
        await play(server, 3600, scenario)

    asyncio.run(crowded())


def test_nothing_is_watched_before_the_kinds_exist() -> None:
    async def scenario(server: BadServer, store: Store) -> None:
        await server.put("a")
        await until_known(store, "a")
        assert store.listed

    server = BadServer()
    server.lists.extend([404, 404, 500])
    asyncio.run(play(server, 3600, scenario))
