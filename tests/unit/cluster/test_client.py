"""The client against a server that answers what the test says."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from ampacity.cluster.access import Access
from ampacity.cluster.client import Client, Patch
from ampacity.cluster.errors import ApiError, NotAllowed, Unreachable
from tests.unit.cluster.badserver import refusal, serving

POD = "/api/v1/namespaces/default/pods/p"


@dataclass
class Answers:
    """What the server says next, and what it was asked. After the last answer: an empty object."""

    next: deque[web.Response | str] = field(default_factory=deque)
    asked: list[web.Request] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    in_flight: int = 0
    most: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        self.bodies.append(await request.text())
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        await asyncio.sleep(0.01)
        self.in_flight -= 1
        answer = self.next.popleft() if self.next else web.json_response({"ok": True})
        if answer == "silence":
            await asyncio.sleep(3600)
        if answer == "reset" and request.transport is not None:
            request.transport.abort()
        return answer if isinstance(answer, web.Response) else web.json_response({})


class Token:
    """Credentials that change when they are refused."""

    def __init__(self) -> None:
        self.number = 1

    async def token(self) -> str | None:
        return f"token-{self.number}"

    def refused(self) -> None:
        self.number += 1


@asynccontextmanager
async def asking(*answers: web.Response | str, **more: Any) -> AsyncIterator[tuple[Client, Answers]]:
    server = Answers(deque(answers))
    more.setdefault("timeout", 10.0)
    async with serving(server.handle) as url:
        access = Access(url, credentials=Token())
        async with Client(access, on_error=lambda *error: server.errors.append(error), **more) as client:
            yield client, server


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(scenario())  # type: ignore[arg-type]


def test_sends_and_reads_json() -> None:
    async def scenario() -> None:
        async with asking() as (client, server):
            assert await client.patch(POD, {"a": 1}, kind=Patch.STRATEGIC, params={"b": "c"}) == {"ok": True}
            (request,) = server.asked
            assert (request.method, request.path, request.query_string) == ("PATCH", POD, "b=c")
            assert request.headers["Content-Type"] == "application/strategic-merge-patch+json"
            assert request.headers["Authorization"] == "Bearer token-1"
            assert server.bodies == ['{"a":1}']
            assert not server.errors

    run(scenario)


def test_a_refusal_is_an_error_with_the_servers_words_and_is_counted() -> None:
    async def scenario() -> None:
        async with asking(refusal(409)) as (client, server):
            with pytest.raises(ApiError) as caught:
                await client.replace(POD, {})
            assert (caught.value.status, caught.value.reason) == (409, "Reason409")
            assert caught.value.certain
            assert server.errors == [("update", "409")]

    run(scenario)


def test_a_server_that_asks_for_patience_gets_it() -> None:
    async def scenario() -> None:
        async with asking(refusal(429), refusal(429)) as (client, server):
            assert await client.patch(POD, {}) == {"ok": True}
            assert len(server.asked) == 3
            assert server.errors == [("patch", "429")] * 2

    run(scenario)


def test_patience_has_an_end() -> None:
    async def scenario() -> None:
        async with asking(*(refusal(429) for _ in range(9))) as (client, server):
            with pytest.raises(ApiError):
                await client.get(POD)
            assert len(server.asked) == 4

    run(scenario)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_that_may_have_happened_is_not_repeated(status: int) -> None:
    async def scenario() -> None:
        answer = web.json_response({}, status=status, headers={"Retry-After": "0"})
        async with asking(answer) as (client, server):
            with pytest.raises(ApiError) as caught:
                await client.patch(POD, {})
            assert not caught.value.certain
            assert len(server.asked) == 1

    run(scenario)


@pytest.mark.parametrize(("answer", "code"), [("silence", "timeout"), ("reset", "connection")])
def test_no_answer_is_unreachable_and_uncertain(answer: str, code: str) -> None:
    async def scenario() -> None:
        async with asking(answer, timeout=0.5) as (client, server):
            with pytest.raises(Unreachable) as caught:
                await client.patch(POD, {})
            assert not caught.value.certain
            assert server.errors == [("patch", code)]

    run(scenario)


def test_an_answer_that_is_cut_off_is_unreachable() -> None:
    async def scenario() -> None:
        async with asking(web.Response(text='{"metadata": {')) as (client, _):
            with pytest.raises(Unreachable):
                await client.get(POD)

    run(scenario)


def test_the_guard_is_asked_before_every_try() -> None:
    async def scenario() -> None:
        allowed = deque([True, False])
        async with asking(refusal(429)) as (client, server):
            with pytest.raises(NotAllowed) as caught:
                await client.patch(POD, {}, guard=allowed.popleft)
            assert caught.value.certain
            assert len(server.asked) == 1

    run(scenario)


def test_a_refused_token_is_read_again_and_the_call_repeated_once() -> None:
    async def scenario() -> None:
        async with asking(refusal(401)) as (client, server):
            assert await client.patch(POD, {}) == {"ok": True}
            assert [request.headers["Authorization"][-1] for request in server.asked] == ["1", "2"]

    run(scenario)


def test_who_is_refused_with_every_token_is_told() -> None:
    async def scenario() -> None:
        async with asking(refusal(401), refusal(401)) as (client, server):
            with pytest.raises(ApiError) as caught:
                await client.patch(POD, {})
            assert caught.value.status == 401 and caught.value.certain
            assert len(server.asked) == 2

    run(scenario)


def test_no_write_is_repeated_long_after_it_was_allowed() -> None:
    async def scenario() -> None:
        async with asking(refusal(429, retry_after="5")) as (client, server):
            with pytest.raises(ApiError) as caught:
                await client.patch(POD, {})
            assert caught.value.certain and caught.value.retry_after == 5
            assert len(server.asked) == 1

    run(scenario)


def test_calls_set_aside_do_not_wait_for_calls_that_hang() -> None:
    async def scenario() -> None:
        async with asking("silence", "silence", concurrency=2) as (client, server):
            hanging = [asyncio.create_task(client.get(POD)) for _ in range(2)]
            while server.in_flight < 2 and len(server.asked) < 2:
                await asyncio.sleep(0.005)
            assert await asyncio.wait_for(client.aside(1).get(POD), 5) == {"ok": True}
            for task in hanging:
                task.cancel()

    run(scenario)


def test_calls_in_flight_are_bounded() -> None:
    async def scenario() -> None:
        async with asking(concurrency=3) as (client, server):
            await asyncio.gather(*(client.get(POD) for _ in range(12)))
            assert server.most == 3

    run(scenario)
