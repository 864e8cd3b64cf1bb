"""Lists of a watch: complete, of one moment, no older than anything known, whatever the server does."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from ampacity.cluster.backoff import Backoff
from ampacity.cluster.client import Client
from ampacity.cluster.watch import Watch
from tests.unit.cluster.badserver import PATH, bad_server
from tests.unit.cluster.watched import Thing, read, run, until, watching


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


def test_it_is_answered_once_the_server_begins_to_list() -> None:
    async def scenario() -> None:
        async with watching() as w:
            w.server.lists.extend([403] * 3 + [""] + [403] * 8)
            await until(lambda: w.watch.answered)
            assert len(w.server.lists) <= 8 and not w.watch.synced
            await w.catches_up()

    run(scenario)


def test_what_changes_the_reading_changes_also_what_a_list_has_brought_so_far() -> None:
    async def scenario() -> None:
        async with bad_server() as (server, client):
            for number in range(7):
                await server.put(f"t{number}", number)

            def read_so_far(item: Any) -> Thing | None:
                if item["value"] == 5:
                    watch.revise(lambda thing: replace(thing, value=thing.value % 100 + 100))
                return read(item)

            watch = Watch(client, PATH, read_so_far, page=3)
            running = asyncio.create_task(watch.run())
            await watch.wait_synced()
            assert sorted(thing.value for thing in watch.store.objects.values()) == list(range(100, 107))
            running.cancel()

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
