"""The watches on the real API server."""

import asyncio
from collections.abc import Callable

from ampacity import names
from ampacity.cluster.watch import Watch
from ampacity.cluster.watches import watch_claims, watch_nodes, watch_pods, watch_volumes
from ampacity.core.snapshot import Requirement
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pods.volumes import bound_terms
from ampacity.translate.records import PodRecord
from hack.cluster import LocalCluster
from tests.builders.kube import GPU, READER
from tests.integration.cluster.conftest import Bench, Scenario, record, running, until

Play = Callable[[Scenario], None]


def mine(watch: Watch[PodRecord], bench: Bench) -> dict[str, PodRecord]:
    """Pods of the test's namespace, by name."""
    return {pod.name: pod for pod in watch.store.objects.values() if pod.namespace == bench.namespace}


async def shows(watch: Watch[PodRecord], bench: Bench, good: Callable[[dict[str, PodRecord]], bool]) -> None:
    async def look() -> dict[str, PodRecord]:
        return mine(watch, bench)

    await until(look, good)


def test_follows_pods_from_birth_to_death(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        before = await bench.make_pod("before")
        watch = watch_pods(bench.client, PodReader([GPU]))
        async with running(watch.run()):
            await watch.wait_synced()
            assert mine(watch, bench)["before"] == before
            await bench.make_pod("after")
            await shows(watch, bench, lambda pods: "after" in pods)
            labelled = record(await bench.label("before"))
            await shows(watch, bench, lambda pods: pods["before"] == labelled)
            await bench.client.delete(f"{bench.pods}/after", {"gracePeriodSeconds": 0})
            await shows(watch, bench, lambda pods: "after" not in pods)
            assert not watch.undecodable

    at_the_bench(scenario)


def test_a_pod_that_ends_is_gone(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.make_pod()
        watch = watch_pods(bench.client, READER)
        async with running(watch.run()):
            await watch.wait_synced()
            await bench.client.patch(f"{bench.pods}/p/status", {"status": {"phase": "Failed"}})
            await shows(watch, bench, lambda pods: not pods)

    at_the_bench(scenario)


def test_a_pod_that_its_kubelet_refuses_is_told_before_it_is_gone(at_the_bench: Play) -> None:
    """As it happens, and in a list."""

    async def scenario(bench: Bench) -> None:
        await bench.make_pod()
        placed = {"metadata": {"annotations": {names.RESERVATION: "{}"}}}
        uid = (await bench.client.patch(f"{bench.pods}/p", placed))["metadata"]["uid"]
        told: list[str] = []
        watch = watch_pods(
            bench.client, READER,
            on_change=lambda old, new: told.append("gone" if new is None else "there"),
            on_rejection=lambda rejection: told.append(f"{rejection.uid} {rejection.why}"),
        )  # fmt: skip
        async with running(watch.run()):
            await watch.wait_synced()
            status = {"phase": "Failed", "reason": "OutOfcpu", "message": "Pod was rejected: no CPU"}
            await bench.client.patch(f"{bench.pods}/p/status", {"status": status})
            await shows(watch, bench, lambda pods: not pods)
            rejected = f"{uid} OutOfcpu: Pod was rejected: no CPU"
            assert told[-2:] == [rejected, "gone"]
            await watch.fresh()
            assert told[-1] == rejected

    at_the_bench(scenario)


def test_a_list_of_many_pages_is_complete(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        pods = [f"p{number}" for number in range(25)]
        await asyncio.gather(*map(bench.make_pod, pods))
        watch = Watch(bench.client, bench.pods, READER.read, page=4)
        async with running(watch.run()):
            await watch.wait_synced()
            assert sorted(mine(watch, bench)) == sorted(pods)

    at_the_bench(scenario)


def test_fresh_shows_what_was_written_before_it_was_asked(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        watch = watch_pods(bench.client, READER)
        async with running(watch.run()):
            await watch.wait_synced()
            for number in range(5):
                await bench.make_pod(f"p{number}")
                await watch.fresh()
                assert f"p{number}" in mine(watch, bench)

    at_the_bench(scenario)


def test_nodes(fresh_cluster: LocalCluster, at_the_bench: Play) -> None:
    (name,) = fresh_cluster.add_nodes("8 x H100 in rack r07 of par1")

    async def scenario(bench: Bench) -> None:
        watch = watch_nodes(bench.client)
        async with running(watch.run()):
            await watch.wait_synced()

            async def look() -> bool:
                return any(node.name == name and node.ready for node in watch.store.objects.values())

            await until(look, bool)
            (node,) = watch.store.objects.values()
            assert dict(node.allocatable.extended) == {GPU: 8}

    at_the_bench(scenario)


def test_a_claim_leads_to_the_nodes_that_reach_its_volume(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        term = {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}
        spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": ""}
        volume = {
            **spec,
            "capacity": {"storage": "1Gi"},
            "local": {"path": "/data"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [term]}},
        }
        claim = {**spec, "volumeName": bench.namespace, "resources": {"requests": {"storage": "1Gi"}}}
        claims = f"/api/v1/namespaces/{bench.namespace}/persistentvolumeclaims"
        for path, name, body in (
            ("/api/v1/persistentvolumes", bench.namespace, volume),
            (claims, "data", claim),
        ):
            await bench.client.create(path, {"metadata": {"name": name}, "spec": body})
        watches = watch_claims(bench.client), watch_volumes(bench.client)
        async with running(*(watch.run() for watch in watches)):
            await asyncio.gather(*(watch.wait_synced() for watch in watches))
            terms = bound_terms(*(watch.store.objects.values() for watch in watches))
            assert terms == {f"{bench.namespace}/data": ((Requirement("zone", "In", ("a",)),),)}
        await bench.client.delete(f"/api/v1/persistentvolumes/{bench.namespace}")

    at_the_bench(scenario)
