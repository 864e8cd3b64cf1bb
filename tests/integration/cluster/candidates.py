"""Candidates for a real Lease, with clocks that the test moves and lines that it cuts."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ampacity.cluster.client import Client
from ampacity.cluster.errors import Unreachable
from ampacity.cluster.lease import Leader
from ampacity.cluster.times import utcnow
from tests.integration.cluster.conftest import Bench


@dataclass
class Clock:
    now: float = 500.0

    def __call__(self) -> float:
        return self.now


class Wall:
    """Somebody's wall clock, which is wrong by so much."""

    def __init__(self) -> None:
        self.wrong = timedelta()

    def __call__(self) -> datetime:
        return utcnow() + self.wrong


class Line(Client):
    """Somebody's line to the API server, which can be cut; or only answers to writes are lost."""

    def __init__(self, through: Client) -> None:
        self._through = through
        self.cut = False
        self.lose = 0

    async def get(self, *args: Any, **more: Any) -> dict[str, Any]:
        return await self._whole().get(*args, **more)

    async def create(self, *args: Any, **more: Any) -> dict[str, Any]:
        return self._told(await self._whole().create(*args, **more))

    async def replace(self, *args: Any, **more: Any) -> dict[str, Any]:
        return self._told(await self._whole().replace(*args, **more))

    def _told(self, answer: dict[str, Any]) -> dict[str, Any]:
        if self.lose:
            self.lose -= 1
            raise Unreachable("Connection", "the answer is lost")
        return answer

    def _whole(self) -> Client:
        if self.cut:
            raise Unreachable("Connection", "the line is cut")
        return self._through


@dataclass
class Candidate:
    """A candidate with a clock and a line of its own, and what it was told."""

    bench: Bench
    name: str
    clock: Clock = field(default_factory=Clock)
    wall: Wall = field(default_factory=Wall)
    told: list[bool] = field(default_factory=list)
    line: Line = field(init=False)
    leader: Leader = field(init=False)

    def __post_init__(self) -> None:
        self.line = Line(self.bench.client)
        self.leader = Leader(
            self.line, self.bench.namespace, self.name,
            retry=0.02, clock=self.clock, wall=self.wall, on_change=self.told.append,
        )  # fmt: skip


async def lease(bench: Bench) -> dict:
    path = f"/apis/coordination.k8s.io/v1/namespaces/{bench.namespace}/leases/ampacity-leader"
    return (await bench.client.get(path))["spec"]


async def settled() -> None:
    """Time for several tries of every candidate."""
    await asyncio.sleep(0.3)
