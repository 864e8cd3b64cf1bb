"""A watch of a server that misbehaves, and whoever listens to its changes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from ampacity.cluster.backoff import Backoff
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
