"""A leader that was stopped between reading a Deployment and writing it undoes nothing of its successor's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from ampacity.apis import GPUInferencePool, read
from ampacity.cluster.access import find_access
from ampacity.cluster.client import Client
from ampacity.cluster.store import Store
from ampacity.controllers.pools.apply import DeploymentWriter
from ampacity.controllers.pools.current import DeploymentRecord, read_deployment
from ampacity.controllers.pools.desired import Wanted
from hack.cluster import LocalCluster
from tests.integration.controllers.steps import POOLS, pool

TEMPLATE = {"spec": {"containers": [{"name": "server", "image": "example/server"}]}}


class Server:
    """The API server, and a pool of which it has one Deployment at most."""

    def __init__(self, client: Client, made: dict[str, Any]) -> None:
        model, problems = read(GPUInferencePool, made)
        assert model is not None, problems
        self.client, self.item = client, Wanted(model, TEMPLATE, "digest", "par1", 0)

    async def deployment(self) -> DeploymentRecord:
        record = read_deployment(await self.client.get(self.item.path))
        assert record is not None
        return record


class Leader:
    """One operator's writer, and what it knows."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.store: Store[DeploymentRecord] = Store()
        self.writer = DeploymentWriter(server.client, self.store, may_write=lambda: True, clock=lambda: 0.0)

    async def tries(self, replicas: int, *, unwanted: bool = False) -> None:
        """One write, by what it knows."""
        await self.writer.apply([replace(self.server.item, replicas=replicas, unwanted=unwanted)])

    async def gets(self, replicas: int) -> None:
        """Looks and writes until it is so: the Deployment's controller writes to it too."""
        async with asyncio.timeout(30):
            while self.store.put(await self.server.deployment()) or await self.asked() != replicas:
                await self.tries(replicas)

    async def asked(self) -> int:
        return (await self.server.deployment()).replicas

    @property
    def told(self) -> bool:
        """Whether anything would be told to people."""
        return bool(self.writer.trouble or self.writer.refusals.all)


Scenario = Callable[[Leader, Leader], Awaitable[None]]


@pytest.fixture
def two_leaders(stage: LocalCluster, namespace: str) -> Callable[[Scenario], None]:
    """Runs a scenario with the old leader, who is about to write late, and the new one."""
    made = stage.api.post(POOLS.format(namespace), pool("chat", 1))

    async def play(scenario: Scenario) -> None:
        async with Client(find_access(stage.kubeconfig)) as client, asyncio.timeout(60):
            server = Server(client, made)
            await scenario(Leader(server), Leader(server))

    return lambda scenario: asyncio.run(play(scenario))


def test_a_late_write_is_refused(two_leaders: Callable[[Scenario], None]) -> None:
    async def scenario(old: Leader, new: Leader) -> None:
        await old.tries(2)
        await new.gets(5)
        await old.tries(1)
        assert await old.asked() == 5 and not old.told
        await old.gets(1)  # once it has seen what is there

    two_leaders(scenario)


def test_a_late_creation_does_not_change_what_exists_by_now(two_leaders: Callable[[Scenario], None]) -> None:
    async def scenario(old: Leader, new: Leader) -> None:
        await new.tries(5)
        await old.tries(1)
        assert await old.asked() == 5 and not old.told

    two_leaders(scenario)


def test_a_late_deletion_spares_what_was_scaled_up_meanwhile(two_leaders: Callable[[Scenario], None]) -> None:
    async def scenario(old: Leader, new: Leader) -> None:
        await old.tries(1)
        await old.gets(0)
        await new.gets(3)
        old.store.revise(lambda record: replace(record, settled=True, pods=0))
        await old.tries(0, unwanted=True)
        assert await old.asked() == 3

    two_leaders(scenario)
