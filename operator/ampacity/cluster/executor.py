"""Carrying out grants: a decision is a value, and this is one of the ways to execute it.

The gate is the general way: node pin, reservation and removal of our gate in
one patch on the pod, preconditioned on the version that was planned with. A
patch that meets another version is dropped, never read again and repeated:
the next cycle plans anew on what is true then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from ampacity.cluster.client import Client, Guard, Patch
from ampacity.cluster.conditions import PodConditions
from ampacity.cluster.results import Lanes, Outcome, Result, attempt
from ampacity.cluster.times import utcnow
from ampacity.core.plan import Grant
from ampacity.translate.ledger.grant_patch import grant_patch
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pods.reservation import reserved
from ampacity.translate.records import PodRecord


@dataclass(frozen=True, slots=True)
class Order:
    """A grant to execute on the pod it was planned for. `fence`: the ledger write that announced it."""

    pod: PodRecord
    grant: Grant
    fence: str


class Executor(Protocol):
    """A way to give pods their places."""

    async def grant(self, orders: Sequence[Order]) -> tuple[Result, ...]:
        """Execute announced grants; results in the same order."""
        ...

    async def touch(self, pods: Sequence[PodRecord], mark: str) -> tuple[Result, ...]:
        """Change these pods, so that an older grant on its way to them is refused."""
        ...


class GateExecutor:
    """Executes grants on gated pods, `concurrency` at a time. `may_write` is asked before every write."""

    def __init__(
        self,
        client: Client,
        reader: PodReader,
        *,
        may_write: Guard,
        wall: Callable[[], datetime] = utcnow,
        concurrency: int = 32,
    ) -> None:
        self._client, self._reader, self._may_write = client, reader, may_write
        self._conditions = PodConditions(client, reader, may_write, wall)
        self._lanes = Lanes(concurrency)

    async def grant(self, orders: Sequence[Order]) -> tuple[Result, ...]:
        """Execute announced grants; results in the same order. All get their places before any is marked."""
        granted = await self._lanes.each(partial(self._grant, order) for order in orders)
        pairs = zip(orders, granted, strict=True)
        return await self._lanes.each(partial(self._mark, order, result) for order, result in pairs)

    async def touch(self, pods: Sequence[PodRecord], mark: str) -> tuple[Result, ...]:
        """Change these pods, so that an older grant on its way to them is refused."""
        return await self._lanes.each(partial(self._conditions.fenced, pod, mark) for pod in pods)

    async def _grant(self, order: Order) -> Result:
        pod = order.pod
        write = self._client.patch(
            f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}",
            grant_patch(pod, order.grant, order.fence),
            kind=Patch.JSON,
            guard=self._may_write,
        )
        return await attempt(pod.uid, write, self._reader)

    async def _mark(self, order: Order, granted: Result) -> Result:
        """The pod has its place now. A condition that cannot be written is made good later."""
        if granted.outcome is not Outcome.APPLIED or granted.pod is None:
            return granted
        marked = await self._conditions.powered(granted.pod, reserved(order.grant))
        return marked if marked.outcome is Outcome.APPLIED else granted
