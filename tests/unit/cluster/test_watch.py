"""The watch against a server that misbehaves: whatever happens, the store ends up right, and every
change has been told.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from ampacity.cluster.backoff import Backoff
from ampacity.cluster.client import Client
from ampacity.cluster.watch import Watch
from tests.unit.cluster.badserver import PATH, BadServer, bad_server


@dataclass(frozen=True)
class Thing:
    uid: str
    resource_version: str
    name: str
    value: int


def read(item: Any) -> Thing | None:
    if item["value"] == 666:
        raise ValueError("the number of the beast")
    metadata = item["metadata"]
    return Thing(metadata["uid"], metadata["resourceVersion"], metadata["name"], item["value"])


@dataclass
class Mirror:
    """What somebody knows who only listens to changes."""

    things: dict[str, Thing] = field(default_factory=dict)

    def change(self, old: Thing | None, new: Thing | None) -> None:
        if new is not None:
            assert self.things.get(new.uid) == old
            self.things[new.uid] = new
        else:
            assert old is not None and self.things.pop(old.uid) == old


@dataclass
class Watched:
    server: BadServer
    watch: Watch[Thing]
    mirror: Mirror
    errors: list[tuple[str, str]]

    def in_step(self) -> bool:
        known = {thing.name: thing.value for thing in self.watch.store.objects.values()}
        return known == {name: item["value"] for name, item in self.server.objects.items()}

    async def catches_up(self) -> None:
        await until(self.in_step)
        assert self.mirror.things == dict(self.watch.store.objects)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def watching(things: int = 7, **more: Any) -> AsyncIterator[Watched]:
    async with bad_server() as (server, client):
        for number in range(things):
            await server.put(f"t{number}", number)
        mirror, errors = Mirror(), list[tuple[str, str]]()
        watch = Watch(
            client, PATH, read, page=3, on_change=mirror.change, backoff=Backoff(0.002, 0.02),
            on_error=lambda verb, code: errors.append((verb, code)), **more,
        )  # fmt: skip
        task = asyncio.create_task(watch.run())
        try:
            yield Watched(server, watch, mirror, errors)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def run(scenario: Callable[[], Any]) -> None:
    asyncio.run(scenario())


def test_lists_in_pages_and_follows() -> None:
    async def scenario() -> None:
        async with watching() as w:
            assert not w.watch.synced and w.watch.age == float("inf")
            await w.watch.wait_synced()
            assert w.watch.synced and w.in_step()
            await w.server.put("new", 1)
            await w.server.put("t1", 50)
            await w.server.remove("t2")
            await w.catches_up()
            pages = [query for query in w.server.seen if "watch" not in query]
            assert [bool(query.get("continue")) for query in pages] == [False, True, True]

    run(scenario)


@pytest.mark.parametrize("trouble", [500, 503, 429, 403, "torn", "expired", "garbage"])
@pytest.mark.parametrize("at_page", [0, 1])
def test_a_list_that_fails_is_completed_or_started_over(trouble: int | str, at_page: int) -> None:
    async def scenario() -> None:
        async with watching() as w:
            w.server.lists.extend([""] * at_page + [trouble, trouble])
            await w.watch.wait_synced()
            await w.catches_up()
            begun = [query for query in w.server.seen if not query.keys() & {"watch", "continue"}]
            assert len(begun) > 1 or trouble not in ("torn", "expired"), "the rest of a torn list was used"

    run(scenario)


@pytest.mark.parametrize(
    "trouble",
    [500, 429, 410, 403, "gone", "error", "cut", "reset", "garbage", "odd", "nameless", "close", "stall"],
)
def test_a_watch_that_fails_loses_nothing(trouble: int | str) -> None:
    async def scenario() -> None:
        async with watching(stall=0.3) as w:
            await w.watch.wait_synced()
            w.server.watches.extend([trouble] * 2)
            await w.server.put("while", 1)
            await w.server.remove("t0")
            await w.server.put("troubled", 2)
            await w.catches_up()

    run(scenario)


def test_a_list_anew_keeps_what_is_known_at_the_same_version() -> None:
    async def scenario() -> None:
        async with watching() as w:
            await w.watch.wait_synced()
            before = {thing.name: thing for thing in w.watch.store.objects.values()}
            await w.server.put("t1", 50)
            await w.watch.fresh()
            await w.catches_up()
            after = {thing.name: thing for thing in w.watch.store.objects.values()}
            assert {name for name in before if after[name] is not before[name]} == {"t1"}

    run(scenario)


def test_a_first_list_older_than_a_write_of_ours_is_not_taken() -> None:
    async def scenario() -> None:
        async with bad_server() as (server, client):
            await server.put("early")
            await list_once(client)
            await server.put("late")
            server.lists.extend(["stale"] * 2)
            watch = Watch(client, PATH, read, backoff=Backoff(0.002, 0.02))
            fresh = asyncio.create_task(watch.fresh(str(server.version)))
            await asyncio.sleep(0)
            running = asyncio.create_task(watch.run())
            await asyncio.wait_for(fresh, 5)
            assert {thing.name for thing in watch.store.objects.values()} == {"early", "late"}
            assert not server.lists
            running.cancel()

    run(scenario)


async def list_once(client: Client) -> None:
    """The server remembers this list, and shows it when it is to be stale."""
    await client.get_raw(PATH, {"limit": "500"}, verb="list")


def test_deletions_during_an_outage_are_told_after_the_next_list() -> None:
    async def scenario() -> None:
        async with watching() as w:
            await w.watch.wait_synced()
            w.server.watches.extend([500] * 3)
            await w.server.remove("t3")
            await w.server.put("t3", 9, uid="another")
            await w.server.remove("t4")
            w.server.forget()
            await w.catches_up()
            assert "another" in w.mirror.things

    run(scenario)


def test_a_list_from_a_server_that_lags_behind_brings_nothing_back() -> None:
    async def scenario() -> None:
        async with watching() as w:
            await w.watch.wait_synced()
            gone = next(uid for uid, thing in w.watch.store.objects.items() if thing.name == "t3")
            await w.server.remove("t3")
            await w.catches_up()
            w.server.lists.extend(["stale"] * 3)
            w.watch.store.put = lambda new: new.uid != gone or pytest.fail("it came back")  # type: ignore[method-assign]
            await asyncio.wait_for(w.watch.fresh(), 5)
            assert w.in_step() and not w.server.lists

    run(scenario)


def test_what_is_known_stands_while_a_list_is_taken_anew() -> None:
    async def scenario() -> None:
        async with watching() as w:
            await w.watch.wait_synced()
            w.server.watches.append("gone")
            w.server.lists.extend([500] * 3)
            await w.server.put("new", 1)
            await until(lambda: len(w.server.lists) < 3)
            assert len(w.watch.store.objects) == 7
            await w.catches_up()

    run(scenario)


def test_a_poisoned_event_leads_to_a_new_list() -> None:
    async def scenario() -> None:
        async with watching() as w:
            await w.watch.wait_synced()
            w.server.watches.extend(["garbage"] * 20)
            await w.server.put("new", 1)
            await w.catches_up()
            assert len([query for query in w.server.seen if "watch" not in query]) > 3

    run(scenario)


def test_fresh_takes_a_list_that_begins_later() -> None:
    async def scenario() -> None:
        async with watching() as w:
            await w.watch.wait_synced()
            w.server.watches.extend(["stall"] * 2)
            await w.server.put("new", 1)
            lists = len([query for query in w.server.seen if "watch" not in query])
            await asyncio.wait_for(w.watch.fresh(), 5)
            assert w.in_step()
            assert len([query for query in w.server.seen if "watch" not in query]) > lists

    run(scenario)


def test_an_object_that_cannot_be_read_keeps_what_was_known_and_is_told() -> None:
    async def scenario() -> None:
        async with watching() as w:
            await w.watch.wait_synced()
            item = await w.server.put("t1", 666)
            await until(lambda: bool(w.watch.undecodable))
            why = w.watch.undecodable[item["metadata"]["uid"]]
            assert why.startswith("t1 cannot be read") and "beast" in why
            assert w.watch.store.objects[item["metadata"]["uid"]].value == 1
            assert ("decode", PATH) in w.errors
            await asyncio.wait_for(w.watch.fresh(), 5)
            assert w.watch.store.objects[item["metadata"]["uid"]].value == 1
            assert w.watch.undecodable
            await w.server.put("t1", 3)
            await w.catches_up()
            assert not w.watch.undecodable

    run(scenario)


def test_age_grows_while_the_server_says_nothing() -> None:
    async def scenario() -> None:
        now = [0.0]
        async with watching(clock=lambda: now[0], stall=60) as w:
            await w.watch.wait_synced()
            w.server.watches.append("stall")
            await w.server.put("new", 1)
            now[0] += 100
            assert w.watch.age >= 100

    run(scenario)


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_lost_in_random_trouble(seed: int) -> None:
    rng = random.Random(seed)

    async def change(server: BadServer) -> None:
        name = f"t{rng.randrange(10)}"
        if name in server.objects and rng.random() < 0.4:
            await server.remove(name)
        else:
            await server.put(name, rng.randrange(600))
        if rng.random() < 0.1:
            server.forget()

    async def scenario() -> None:
        async with watching(stall=0.2) as w:
            for _ in range(40):
                w.server.watches.extend(rng.choices(["", 500, 410, "gone", "cut", "reset", "garbage"], k=1))
                w.server.lists.extend(rng.choices(["", 429, "torn", "stale", "expired", "garbage"], k=1))
                await change(w.server)
                await asyncio.sleep(rng.random() * 0.01)
            await w.catches_up()

    run(scenario)
