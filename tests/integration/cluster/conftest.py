"""The real API server as the code under test sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ampacity import names
from ampacity.cluster.access import find_access
from ampacity.cluster.client import Client
from ampacity.core.load import Load
from ampacity.core.plan import Grant
from ampacity.core.snapshot import Waiter
from ampacity.translate.records import PodRecord
from hack.cluster import LocalCluster
from tests.builders.kube import READER, container

LOAD = Load(1_200_000, 300_000, 900_000)


class Bench:
    """One client, one namespace, and the few things that the tests here do with pods."""

    def __init__(self, client: Client, namespace: str) -> None:
        self.client = client
        self.namespace = namespace
        self.pods = f"/api/v1/namespaces/{namespace}/pods"

    async def make_pod(
        self, name: str = "p", gates: tuple[str, ...] = (names.GATE,), **spec: Any
    ) -> PodRecord:
        """A pod of one GPU with these gates, as the API server answered it."""
        body = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name},
            "spec": {
                "containers": [container(gpu=1)],
                "schedulingGates": [{"name": gate} for gate in gates],
                "tolerations": [{"operator": "Exists"}],
                **spec,
            },
        }
        return record(await self.client.create(self.pods, body))

    async def pod(self, name: str = "p") -> dict[str, Any]:
        """The pod as it is now."""
        return await self.client.get(f"{self.pods}/{name}")

    async def label(self, name: str = "p", value: str = "x") -> dict[str, Any]:
        """Somebody else changes the pod."""
        return await self.client.patch(f"{self.pods}/{name}", {"metadata": {"labels": {"touched": value}}})


def record(pod: dict[str, Any]) -> PodRecord:
    """The record of a raw pod."""
    found = READER.read(pod)
    assert found is not None
    return found


def grant(pod: PodRecord, node: str) -> Grant:
    """A grant of `pod` on `node`."""
    waiter = Waiter(pod.uid, pod.name, pod.shape, resource_version=pod.resource_version)
    return Grant(waiter, node, "par1", "r07", "h100", LOAD, 3)


def condition(pod: dict[str, Any], kind: str) -> dict[str, Any]:
    """One of the pod's conditions, {} if it has none of that type."""
    return next((c for c in pod["status"].get("conditions", []) if c["type"] == kind), {})


Scenario = Callable[[Bench], Awaitable[None]]


@pytest.fixture
def at_the_bench(cluster: LocalCluster, namespace: str) -> Callable[[Scenario], None]:
    """Runs an asynchronous scenario with a client of the real API server."""

    async def play(scenario: Scenario) -> None:
        async with Client(find_access(cluster.kubeconfig)) as client, asyncio.timeout(120):
            await scenario(Bench(client, namespace))

    return lambda scenario: asyncio.run(play(scenario))


async def until(look: Callable[[], Awaitable[Any]], good: Callable[[Any], bool], seconds: float = 60) -> Any:
    """What `look` shows as soon as it is good."""
    async with asyncio.timeout(seconds):
        while not good(seen := await look()):
            await asyncio.sleep(0.1)
        return seen


@asynccontextmanager
async def running(*jobs: Awaitable[None]) -> AsyncIterator[None]:
    """Run these while the block runs."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
