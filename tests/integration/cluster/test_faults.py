"""Watches and writes through a proxy that injects faults into calls of the real API server."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ampacity.cluster.access import find_access
from ampacity.cluster.backoff import Backoff
from ampacity.cluster.client import Client
from ampacity.cluster.results import Outcome, attempt
from ampacity.cluster.watch import Watch
from ampacity.translate.records import PodRecord
from hack.cluster import LocalCluster
from tests.builders.kube import READER
from tests.faults.kinds import Call, Fault
from tests.faults.proxy import FaultProxy
from tests.faults.schedule import Schedule
from tests.integration.cluster.conftest import Bench, Scenario, running, until

Play = Callable[[Scenario], None]

PODS = 30  # more than one page
OF_LISTS = (Fault.BUSY, Fault.FAILED, Fault.RESET, Fault.LOST, Fault.GARBLED, Fault.OLD_LIST)
OF_WATCHES = (Fault.UNAVAILABLE, Fault.RESET, Fault.WATCH_CUT, Fault.WATCH_GONE, Fault.WATCH_ERROR)


class Script(Schedule):
    """Faults in a given order, by sort of call."""

    def __init__(self) -> None:
        super().__init__(seed=1, rate=1, good_for=(0.05, 0.3))
        self.next: defaultdict[str, list[Fault]] = defaultdict(list)

    def draw(self, call: Call) -> Fault | None:
        waiting = self.next[str(call)]
        return waiting.pop(0) if waiting else None


@pytest.fixture
def token_file(cluster: LocalCluster, tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(cluster.admin_token)
    return path


@pytest.fixture
def proxy(cluster: LocalCluster) -> Iterator[FaultProxy]:
    with FaultProxy(cluster.server, cluster.ca, Script()) as proxy:
        yield proxy


@pytest.fixture
def at_the_far_bench(proxy: FaultProxy, token_file: Path, namespace: str) -> Play:
    """As `at_the_bench`, with the proxy in between."""

    async def play(scenario: Scenario) -> None:
        access = find_access(proxy.kubeconfig(token_file))
        async with Client(access, timeout=5) as client, asyncio.timeout(120):
            await scenario(Bench(client, namespace))

    return lambda scenario: asyncio.run(play(scenario))


async def in_step(watch: Watch[PodRecord], direct: Bench) -> None:
    """Return when the watch knows exactly what is there."""

    async def differs() -> bool:
        page = await direct.client.get(direct.pods)
        there = {pod["metadata"]["uid"]: pod["metadata"]["resourceVersion"] for pod in page["items"]}
        known = {pod.uid: pod.resource_version for pod in watch.store.objects.values()}
        return there != known

    await until(differs, lambda it_does: not it_does)


@pytest.mark.parametrize("sort", ["list pods", "page pods", "watch pods"])
def test_a_watch_loses_nothing_whatever_befalls_it(
    at_the_far_bench: Play, proxy: FaultProxy, cluster: LocalCluster, sort: str
) -> None:
    faults = [*OF_WATCHES] if sort == "watch pods" else [*OF_LISTS]
    if sort == "page pods":
        faults[faults.index(Fault.OLD_LIST)] = Fault.EXPIRED_PAGE

    async def scenario(far: Bench) -> None:
        async with Client(find_access(cluster.kubeconfig)) as client:
            near = Bench(client, far.namespace)
            await asyncio.gather(*(near.make_pod(f"p{number}") for number in range(PODS)))
            watch = Watch(far.client, far.pods, READER.read, backoff=Backoff(0.01, 0.1))
            async with running(watch.run()):
                await watch.wait_synced()
                proxy.schedule.next[sort] += faults
                for number in itertools.count(1):
                    await near.label("p0", f"x{number}")
                    await near.make_pod(f"brief-{number}")
                    await (asyncio.sleep(0.3) if sort == "watch pods" else watch.fresh())
                    await client.delete(f"{near.pods}/brief-{number}", {"gracePeriodSeconds": 0})
                    if set(faults) <= set(proxy.schedule.injected):
                        break
                await in_step(watch, near)

    at_the_far_bench(scenario)


@pytest.mark.parametrize(
    ("fault", "outcome", "written"),
    [
        (Fault.BUSY, Outcome.APPLIED, True),
        (Fault.FAILED, Outcome.UNKNOWN, False),
        (Fault.UNAVAILABLE, Outcome.UNKNOWN, False),
        (Fault.RESET, Outcome.UNKNOWN, False),
        (Fault.LOST, Outcome.UNKNOWN, True),
        (Fault.GARBLED, Outcome.UNKNOWN, True),
    ],
)
def test_what_is_said_of_a_write_is_never_more_than_is_known(
    at_the_far_bench: Play, proxy: FaultProxy, fault: Fault, outcome: Outcome, written: bool
) -> None:
    async def scenario(far: Bench) -> None:
        pod = await far.make_pod()
        proxy.schedule.next["PATCH pods"].append(fault)
        write = far.client.patch(f"{far.pods}/p", {"metadata": {"labels": {"touched": "x"}}})
        result = await attempt(pod.uid, write, READER)
        assert result.outcome is outcome
        assert ((await far.pod())["metadata"].get("labels") == {"touched": "x"}) is written

    at_the_far_bench(scenario)


def test_an_expired_token_is_read_again(
    at_the_far_bench: Play, proxy: FaultProxy, token_file: Path, cluster: LocalCluster
) -> None:
    async def scenario(far: Bench) -> None:
        await far.make_pod()
        token_file.write_text(cluster.token("default", "default"))
        proxy.expire(cluster.admin_token)
        with pytest.raises(Exception, match="forbidden"):
            await far.pod()
        assert proxy.schedule.injected[Fault.EXPIRED_TOKEN] == 1

    at_the_far_bench(scenario)
