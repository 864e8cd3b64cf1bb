"""As many writes at once as the API server answers quickly, in order, and none lost on the way."""

from __future__ import annotations

import asyncio

import pytest

from ampacity.cluster.slots import Slots


class Server:
    """Answers `rate` writes a second, one after the other, on a clock of its own; plus `way` seconds each."""

    def __init__(self, rate: float, way: float = 0.0) -> None:
        self.rate, self.way = rate, way
        self.now = self._free_at = 0.0
        self.under_way = self.most = 0

    def clock(self) -> float:
        return self.now

    async def write(self) -> None:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self._free_at = max(self._free_at, self.now) + 1 / self.rate
        due = self._free_at + self.way
        while self.now < due:
            await asyncio.sleep(0)
        self.under_way -= 1

    async def run(self) -> None:
        """Time passes once everybody has had a turn."""
        while True:
            for _ in range(3):
                await asyncio.sleep(0)
            self.now += 0.001


def busy(server: Server, slots: Slots, writes: int) -> None:
    """Have so many writes done."""

    async def one() -> None:
        async with slots.slot():
            await slots.timed(server.write())

    async def all_of_them() -> None:
        time = asyncio.create_task(server.run())
        await asyncio.gather(*(one() for _ in range(writes)))
        time.cancel()

    asyncio.run(all_of_them())


def test_a_quick_server_gets_them_all() -> None:
    server = Server(2_000)
    slots = Slots(128, clock=server.clock)
    busy(server, slots, 1_000)
    assert slots.width == server.most == 128


def test_on_a_slow_server_a_new_write_waits_about_as_long_as_stated() -> None:
    server = Server(200)
    slots = Slots(128, soon=0.2, clock=server.clock)
    busy(server, slots, 1_000)
    assert 200 * 0.2 * 0.5 <= slots.width <= server.most <= 200 * 0.2 * 1.5


def test_a_server_that_is_far_away_is_not_a_slow_one() -> None:
    server = Server(2_000, way=0.5)
    slots = Slots(128, soon=0.2, clock=server.clock)
    busy(server, slots, 1_000)
    assert slots.width == 128


def test_never_fewer_than_the_least_nor_more_than_the_most() -> None:
    server = Server(1)
    slots = Slots(64, least=4, clock=server.clock)
    busy(server, slots, 40)
    assert (slots.width, server.most) == (4, 4)
    assert Slots(3).width == 3


def test_who_asks_first_is_first_and_who_gives_up_takes_nobodys_turn() -> None:
    assert asyncio.run(_order(give_up=())) == [0, 1, 2, 3, 4]
    assert asyncio.run(_order(give_up=(1, 3))) == [0, 2, 4]


async def _order(give_up: tuple[int, ...]) -> list[int]:
    slots, told = Slots(1), []
    release = asyncio.Event()

    async def one(number: int) -> None:
        async with slots.slot():
            told.append(number)
            await release.wait()

    tasks = [asyncio.create_task(one(number)) for number in range(5)]
    await asyncio.sleep(0)
    for number in give_up:
        tasks[number].cancel()
    release.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    return told


def test_a_turn_given_to_one_who_is_cancelled_in_that_moment_goes_to_the_next() -> None:
    async def cancelled() -> bool:
        slots = Slots(1)
        async with slots.slot():
            second = asyncio.create_task(_through(slots))
            third = asyncio.create_task(_through(slots))
            await asyncio.sleep(0)
        second.cancel()
        async with asyncio.timeout(5):
            await third
        return second.cancelled()

    assert asyncio.run(cancelled())


def test_what_fails_gives_its_slot_back() -> None:
    async def failing() -> None:
        raise OSError

    async def again() -> None:
        slots = Slots(1)
        for _ in range(2):
            with pytest.raises(OSError):
                async with slots.slot():
                    await slots.timed(failing())

    asyncio.run(asyncio.wait_for(again(), 5))


async def _through(slots: Slots) -> None:
    async with slots.slot():
        await asyncio.sleep(0)


