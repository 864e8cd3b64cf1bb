"""Statuses are written when they change, and not all the time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ampacity.cluster.access import find_access
from ampacity.cluster.client import Client
from ampacity.controllers.caches import PROFILES
from ampacity.controllers.status.profile import profile_status
from ampacity.controllers.status.writer import StatusWriter, Wanted
from ampacity.controllers.stores import Store
from hack.cluster import LocalCluster
from tests.e2e import objects

PATH = f"{objects.GROUP_PATH}/{PROFILES}/round-8"


class Desk:
    """A status writer with a clock that stands still, and the object it writes on."""

    def __init__(self, client: Client) -> None:
        self.client, self.now, self.store = client, 0.0, Store()
        self.writer = StatusWriter(
            client, {PROFILES: self.store}, may_write=lambda: True, clock=lambda: self.now,
            wall=lambda: "2026-11-23T08:00:00Z", interval=10,
        )  # fmt: skip

    async def write(self, nodes: int, accepted: int | None = 1) -> int:
        """How many writes were put off."""
        (obj,) = self.store.all()
        status = profile_status(1, accepted, (), nodes).to_dict()
        return await self.writer.write([Wanted(PROFILES, obj, status)])

    async def seen(self) -> tuple[int | None, str]:
        """The nodes that the status shows, and the version of the object."""
        found = await self.client.get(PATH)
        return found.get("status", {}).get("matchedNodes"), found["metadata"]["resourceVersion"]


@pytest.fixture
def at_the_desk(stage: LocalCluster) -> Callable[[Callable[[Desk], Awaitable[None]]], None]:
    """Runs a scenario with an object that has no status yet."""

    async def play(scenario: Callable[[Desk], Awaitable[None]]) -> None:
        async with Client(find_access(stage.kubeconfig)) as client:
            desk = Desk(client)
            kind = f"{objects.GROUP_PATH}/{PROFILES}"
            desk.store.see(await client.create(kind, objects.round_profile()))
            await scenario(desk)

    return lambda scenario: asyncio.run(play(scenario))


Play = Callable[[Callable[[Desk], Awaitable[None]]], None]


def test_figures_are_written_at_a_bounded_rate(at_the_desk: Play) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.write(3) == 0
        assert (await desk.seen())[0] == 3
        assert await desk.write(4) == 1
        assert (await desk.seen())[0] == 3
        desk.now = 11
        assert await desk.write(4) == 0
        assert (await desk.seen())[0] == 4

    at_the_desk(scenario)


def test_a_verdict_does_not_wait(at_the_desk: Play) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.write(3)
        assert await desk.write(3, accepted=None) == 0
        found = await desk.client.get(PATH)
        ready = next(c for c in found["status"]["conditions"] if c["type"] == "Ready")
        assert ready["status"] == "False"

    at_the_desk(scenario)


def test_an_equal_status_is_not_written_again(at_the_desk: Play) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.write(3)
        before = await desk.seen()
        desk.now = 100
        assert await desk.write(3) == 0
        assert await desk.seen() == before

    at_the_desk(scenario)


def test_what_somebody_else_wrote_is_put_right(at_the_desk: Play) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.write(3)
        edited = await desk.client.patch(f"{PATH}/status", {"status": {"matchedNodes": 99}})
        desk.store.see(edited)
        desk.now = 100
        await desk.write(3)
        assert (await desk.seen())[0] == 3

    at_the_desk(scenario)


def test_an_object_that_is_gone_is_no_trouble(at_the_desk: Play) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.client.delete(PATH)
        assert await desk.write(3) == 0

    at_the_desk(scenario)
