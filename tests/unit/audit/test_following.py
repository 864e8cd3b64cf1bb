"""Following a kind through everything that a watch meets, on a scripted server."""

import asyncio
import copy
import json

import aiohttp
import pytest
from aiohttp import web

from ampacity.audit.following import Source, follow
from ampacity.audit.history import History

SOURCE = Source("Pod", "/pods")
CUT = object()
EXPIRED = {"type": "ERROR", "object": {"code": 410, "metadata": {}}}
BROKEN = {"type": "ERROR", "object": {"code": 500, "metadata": {}}}


def pod(name: str, version: int) -> dict:
    return {"metadata": {"name": name, "uid": name, "resourceVersion": str(version), "managedFields": [{}]}}


def event(kind: str, name: str, version: int) -> dict:
    return {"type": kind, "object": pod(name, version)}


def listing(version: int, *items: dict, more: str = "") -> dict:
    return {"metadata": {"resourceVersion": str(version), "continue": more}, "items": list(items)}


class Script:
    """Answers in order: a dict is a list, an int a status, a sequence the lines of a watch."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.asked: list[dict] = []
        self.done = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.query))
        if not self.answers:
            self.done.set()
            await asyncio.sleep(60)
        answer = self.answers.pop(0)
        if isinstance(answer, int):
            return web.Response(status=answer)
        if isinstance(answer, dict):
            return web.json_response(answer)
        return await self._watch(request, answer)

    async def _watch(self, request: web.Request, lines: object) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for line in lines:
            if line is CUT:
                await response.write(b'{"type": "ADDED", "obj')
                request.transport.close()
                return response
            text = json.dumps(line).encode() + b"\n"
            await response.write(text[: len(text) // 2])
            await response.write(text[len(text) // 2 :])
        return response


async def recorded(script: Script) -> list[dict]:
    """What `follow` emits until the script is at its end."""
    app = web.Application()
    app.router.add_get("/pods", script.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    records: list[dict] = []
    async with aiohttp.ClientSession(f"http://{host}:{port}") as session:
        task = asyncio.create_task(follow(session, SOURCE, records.append))
        await asyncio.wait_for(script.done.wait(), 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await runner.cleanup()
    return records


def run(*answers: object) -> tuple[list[dict], Script]:
    async def scenario() -> tuple[list[dict], Script]:
        script = Script(*answers)
        return await recorded(script), script

    return asyncio.run(scenario())


def seen(records: list[dict]) -> list[tuple]:
    return [
        (r["event"], r["version"], len(r["items"]))
        if r["event"] == "LIST"
        else (r["event"], int(r["object"]["metadata"]["resourceVersion"]))
        for r in records
    ]


def gaps(records: list[dict]) -> int:
    history = History()
    for record in records:
        history.add(record)
    return len(history.gaps)


def test_a_list_in_pages_then_changes():
    records, script = run(
        listing(7, pod("a", 3), more="next"), listing(7, pod("b", 4)), [event("ADDED", "c", 8)]
    )
    assert seen(records) == [("LIST", 7, 2), ("ADDED", 8)]
    assert script.asked[1]["continue"] == "next"
    assert script.asked[2]["resourceVersion"] == "7"
    assert "managedFields" not in records[0]["items"][0]["metadata"]


@pytest.mark.parametrize("end", [[], [CUT], [BROKEN]], ids=["timeout", "cut in a line", "server error"])
def test_a_watch_that_ends_is_resumed_where_it_broke_off(end: list):
    first = [event("MODIFIED", "a", 9), *end]
    records, script = run(listing(7, pod("a", 3)), first, [event("DELETED", "a", 12)])
    assert seen(records) == [("LIST", 7, 1), ("MODIFIED", 9), ("DELETED", 12)]
    assert script.asked[2]["resourceVersion"] == "9"
    assert gaps(records) == 0


def test_bookmarks_move_on_but_are_no_change():
    records, script = run(listing(7), [event("BOOKMARK", "", 30)], [])
    assert seen(records) == [("LIST", 7, 0)]
    assert script.asked[2]["resourceVersion"] == "30"


@pytest.mark.parametrize("expiry", [[EXPIRED], 410])
def test_after_expiry_everything_is_listed_anew_and_that_is_a_gap(expiry: object):
    records, _ = run(listing(7, pod("a", 3)), expiry, listing(40, pod("b", 33)), [])
    assert seen(records) == [("LIST", 7, 1), ("LIST", 40, 1)]
    assert gaps(records) == 1


def test_trouble_with_the_server_passes():
    records, _ = run(500, 429, listing(7, pod("a", 3)), 503, [event("MODIFIED", "a", 9)])
    assert seen(records) == [("LIST", 7, 1), ("MODIFIED", 9)]


def test_a_kind_that_comes_later_is_no_gap():
    installed = listing(20, pod("a", 18))
    records, _ = run(404, 404, installed, copy.deepcopy(installed), [event("MODIFIED", "a", 21)])
    assert seen(records) == [("LIST", 0, 0), ("LIST", 20, 1), ("MODIFIED", 21)]
    assert gaps(records) == 0
