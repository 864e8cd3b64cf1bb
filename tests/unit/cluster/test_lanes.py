"""Many writes at once: which go first, and what is told of those that nobody waits for any more."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from ampacity.cluster.lanes import Lanes
from ampacity.cluster.results import Outcome, Result


def test_what_goes_first_is_done_before_anything_else_begins() -> None:
    told: list[str] = []

    async def write(name: str) -> Result:
        await asyncio.sleep(0)
        told.append(name)
        return Result(name, Outcome.APPLIED)

    async def both() -> None:
        first = Lanes(2)
        after = Lanes(2, first)
        await asyncio.gather(
            first.each(("grant", partial(write, "grant")) for _ in range(5)),
            after.each([("mark", partial(write, "mark"))]),
        )
        await after.each([("mark", partial(write, "mark"))])

    asyncio.run(both())
    assert told == [*["grant"] * 5, "mark", "mark"]


@pytest.mark.parametrize(
    ("longest", "told"), [(9.0, ["grant", "grant", "mark"]), (0.0, ["grant", "mark", "grant"])]
)
def test_what_comes_after_waits_for_a_rest_but_not_for_ever(longest: float, told: list[str]) -> None:
    happened: list[str] = []

    async def write(name: str) -> Result:
        happened.append(name)
        return Result(name, Outcome.APPLIED)

    async def burst(first: Lanes) -> None:
        await first.each([("grant", partial(write, "grant"))])
        for _ in range(9):
            await asyncio.sleep(0)
        await first.each([("grant", partial(write, "grant"))])

    async def both() -> None:
        first = Lanes(1)
        after = Lanes(1, first, rest=0.5, longest=longest)
        await asyncio.gather(burst(first), after.each([("mark", partial(write, "mark"))]))

    asyncio.run(both())
    assert happened == told


def test_nothing_to_write_keeps_nobody_waiting() -> None:
    async def after_nothing() -> tuple[Result, ...]:
        first = Lanes(1)
        await first.each([])
        async with asyncio.timeout(5):
            return await Lanes(1, first, rest=60, longest=60).each([("mark", partial(written, "mark"))])

    async def written(name: str) -> Result:
        return Result(name, Outcome.APPLIED)

    assert [result.uid for result in asyncio.run(after_nothing())] == ["mark"]


def test_those_that_go_first_have_the_server_to_themselves() -> None:
    rounds: list[int] = []

    async def count(lanes: Lanes, writes: int) -> None:
        server = Server()
        call = asyncio.create_task(
            lanes.each((str(uid), partial(server.write, str(uid))) for uid in range(writes))
        )
        while not call.done():
            answered, answer = len(server.begun), server.answer
            for _ in range(9):
                await asyncio.sleep(0)
            rounds.append(len(server.begun) - answered)
            server.answer = asyncio.Event()
            answer.set()
        assert server.applied == [str(uid) for uid in range(writes)]

    asyncio.run(count(Lanes(100), 250))
    assert [begun for begun in rounds if begun] == [16, 32, 64, 100, 38]


class Server:
    """Answers each write once it is told to; those that begin after `shut` are refused."""

    def __init__(self) -> None:
        self.answer, self.shut = asyncio.Event(), False
        self.begun: list[str] = []
        self.applied: list[str] = []

    async def write(self, uid: str) -> Result:
        if self.shut:
            return Result(uid, Outcome.DROPPED)
        self.begun.append(uid)
        await self.answer.wait()
        self.applied.append(uid)
        return Result(uid, Outcome.APPLIED)

    async def two_of_four(self, lanes: Lanes) -> asyncio.Task[tuple[Result, ...]]:
        """Four writes, two of which are under way."""
        call = asyncio.create_task(lanes.each((uid, partial(self.write, uid)) for uid in "abcd"))
        while len(self.begun) < 2:
            await asyncio.sleep(0)
        return call


def test_who_leaves_waits_for_nothing_and_what_is_under_way_goes_on() -> None:
    async def leave() -> None:
        lanes, server = Lanes(2), Server()
        call = await server.two_of_four(lanes)
        server.shut = True
        lanes.leave()
        told = [(result.uid, result.outcome) for result in await call]
        assert told == [*[(uid, Outcome.UNKNOWN) for uid in "ab"], *[(uid, Outcome.DROPPED) for uid in "cd"]]
        assert not server.applied
        ended = asyncio.create_task(lanes.ended())
        await asyncio.sleep(0)
        assert not ended.done()
        server.answer.set()
        await ended
        assert server.applied == ["a", "b"]

    asyncio.run(leave())


def test_who_left_before_anything_was_sent_waits_for_nothing_either() -> None:
    async def leave() -> None:
        lanes, server = Lanes(2), Server()
        lanes.leave()
        (result,) = await lanes.each([("a", partial(server.write, "a"))])
        assert result.outcome is Outcome.UNKNOWN
        server.answer.set()
        await lanes.ended()
        assert server.applied == ["a"]

    asyncio.run(leave())


def test_a_call_that_is_cancelled_cancels_its_writes() -> None:
    async def cancel() -> None:
        lanes, server = Lanes(2), Server()
        call = await server.two_of_four(lanes)
        call.cancel()
        await asyncio.wait([call])
        await lanes.ended()
        server.answer.set()
        assert server.begun == ["a", "b"] and not server.applied

    asyncio.run(cancel())
