"""The watch against a server that misbehaves: whatever happens, the store ends up right, and every
change has been told.
"""

import asyncio
import random

import pytest

from tests.unit.cluster.badserver import PATH, BadServer
from tests.unit.cluster.watched import run, until, watching


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


def test_a_poisoned_event_leads_to_a_new_list() -> None:
    async def scenario() -> None:
        async with watching() as w:
            await w.watch.wait_synced()
            w.server.watches.extend(["garbage"] * 20)
            await w.server.put("new", 1)
            await w.catches_up()
            assert len([query for query in w.server.seen if "watch" not in query]) > 3

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
