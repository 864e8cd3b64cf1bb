"""Carrying out grants: a decision is a value, and each pod's lane says how it is executed.

A write that meets another version of its pod is dropped, never read again and
repeated: the next cycle plans anew on what is true then. That the pod has its
place is told later, by `marks`: no status may delay a grant.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from ampacity.cluster.client import Client, Guard
from ampacity.cluster.conditions import PodConditions
from ampacity.cluster.grants import ByBinding, ByGate, Order
from ampacity.cluster.lanes import Lanes
from ampacity.cluster.results import Result
from ampacity.cluster.times import utcnow
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.records import Lane, PodRecord

_TOUCHES = 16
"""Pods touched at a time: beside the grants, which do not wait for it."""


class Executor(Protocol):
    """A way to give pods their places."""

    async def grant(self, orders: Sequence[Order]) -> tuple[Result, ...]:
        """Execute announced grants; results in the same order."""
        ...

    async def touch(self, pods: Sequence[PodRecord], mark: str) -> tuple[Result, ...]:
        """Change these pods, so that an older grant on its way to them is refused."""
        ...

    def leave(self) -> None:
        """Wait for no answer any more: what is under way is unknown from now on."""
        ...

    async def ended(self) -> None:
        """Return when nothing is under way."""
        ...


class _Way(Protocol):
    async def grant(self, order: Order) -> Result: ...


class LaneExecutor:
    """Executes each grant in its pod's lane; asks `may_write` before every write."""

    def __init__(
        self,
        client: Client,
        reader: PodReader,
        *,
        may_write: Guard,
        writes: Lanes | None = None,
        wall: Callable[[], datetime] = utcnow,
    ) -> None:
        self._ways: dict[Lane, _Way] = {
            Lane.GATE: ByGate(client, reader, may_write),
            Lane.BINDING: ByBinding(client, may_write),
        }
        self._conditions = PodConditions(client, reader, may_write, wall)
        self._writes, self._touches = writes or Lanes(32), Lanes(_TOUCHES)

    async def grant(self, orders: Sequence[Order]) -> tuple[Result, ...]:
        """Execute announced grants; results in the same order."""
        return await self._writes.each(
            (order.pod.uid, partial(self._ways[order.pod.lane].grant, order)) for order in orders
        )

    async def touch(self, pods: Sequence[PodRecord], mark: str) -> tuple[Result, ...]:
        """Change these pods, so that an older grant on its way to them is refused."""
        return await self._touches.each(
            (pod.uid, partial(self._conditions.fenced, pod, mark)) for pod in pods
        )

    def leave(self) -> None:
        """Wait for no answer any more: what is under way is unknown from now on."""
        for lanes in (self._writes, self._touches):
            lanes.leave()

    async def ended(self) -> None:
        """Return when nothing is under way."""
        await asyncio.gather(self._writes.ended(), self._touches.ended())
