"""Grants by binding on the real API server: all of it in one write, refused on any other version."""

import json
from collections.abc import Callable

import pytest

from ampacity import names
from ampacity.cluster.errors import ApiError
from ampacity.cluster.executor import LaneExecutor
from ampacity.cluster.grants import Order
from ampacity.cluster.results import Outcome, Result
from ampacity.translate.ledger.grant_binding import grant_binding
from ampacity.translate.pods.reservation import decode
from ampacity.translate.records import PodRecord
from hack.cluster import LocalCluster
from tests.builders.kube import READER
from tests.integration.cluster.conftest import LOAD, Bench, Scenario, grant, record, until

Play = Callable[[Scenario], None]


async def make_pod(bench: Bench, name: str = "p", *gates: str) -> PodRecord:
    """A pod that names us as its scheduler."""
    return await bench.make_pod(name, gates, schedulerName=names.SCHEDULER)


def executor(bench: Bench, allowed: bool = True) -> LaneExecutor:
    return LaneExecutor(bench.client, READER, may_write=lambda: allowed)


async def granted(bench: Bench, pod: PodRecord, node: str = "n1") -> Result:
    (result,) = await executor(bench).grant([Order(pod, grant(pod, node), "1.7")])
    return result


def test_a_bound_pod_has_node_and_reservation_at_once_and_runs(
    fresh_cluster: LocalCluster, at_the_bench: Play
) -> None:
    nodes = fresh_cluster.add_nodes("3 nodes of 8 x H100 in rack r07 of par1")

    async def scenario(bench: Bench) -> None:
        pod = await make_pod(bench)
        assert await granted(bench, pod, nodes[1]) == Result(pod.uid, Outcome.APPLIED)
        bound = await bench.pod()
        text = bound["metadata"]["annotations"][names.RESERVATION]
        reservation = decode(text)
        assert reservation is not None and (reservation.node, reservation.load) == (nodes[1], LOAD)
        assert json.loads(text)["fence"] == "1.7"
        assert not record(bound).waiting and record(bound).node == nodes[1]
        await until(bench.pod, lambda pod: pod["status"]["phase"] == "Running")

    at_the_bench(scenario)


def test_a_binding_of_an_older_version_is_dropped(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        planned = await make_pod(bench)
        await bench.label()
        assert (await granted(bench, planned)).outcome is Outcome.DROPPED
        pod = await bench.pod()
        assert "nodeName" not in pod["spec"]
        assert names.RESERVATION not in pod["metadata"].get("annotations", {})

    at_the_bench(scenario)


def test_a_binding_of_a_pod_of_the_same_name_or_of_none_is_dropped(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        planned = await make_pod(bench)
        await bench.client.delete(f"{bench.pods}/p", {"gracePeriodSeconds": 0})
        assert (await granted(bench, planned)).outcome is Outcome.DROPPED
        await make_pod(bench)
        assert (await granted(bench, planned)).outcome is Outcome.DROPPED
        assert "nodeName" not in (await bench.pod())["spec"]

    at_the_bench(scenario)


@pytest.mark.parametrize("field", ["uid", "resourceVersion"])
def test_each_precondition_is_one(field: str, at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        pod = await make_pod(bench)
        body = grant_binding(pod, grant(pod, "n1"), "1.7")
        body["metadata"][field] = "1"
        with pytest.raises(ApiError) as error:
            await bench.client.create(f"{bench.pods}/p/binding", body)
        assert error.value.status == 409

    at_the_bench(scenario)


def test_a_touched_pod_refuses_bindings_that_are_on_their_way(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        planned = await make_pod(bench)
        (touched,) = await executor(bench).touch([planned], "2.1")
        assert touched.pod is not None
        assert (await granted(bench, planned)).outcome is Outcome.DROPPED
        assert (await granted(bench, touched.pod)).outcome is Outcome.APPLIED

    at_the_bench(scenario)


@pytest.mark.parametrize("gate", [names.GATE, "example.com/other-gate"])
def test_a_pod_with_any_gate_is_not_bound(gate: str, at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        pod = await make_pod(bench, "p", gate)
        assert (await granted(bench, pod)).outcome is Outcome.DROPPED
        assert "nodeName" not in (await bench.pod())["spec"]

    at_the_bench(scenario)


def test_nobody_is_bound_twice(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        pod = await make_pod(bench)
        assert (await granted(bench, pod, "n1")).outcome is Outcome.APPLIED
        assert (await granted(bench, record(await bench.pod()), "n2")).outcome is Outcome.DROPPED
        assert (await bench.pod())["spec"]["nodeName"] == "n1"

    at_the_bench(scenario)


def test_who_may_not_write_does_not(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        pod = await make_pod(bench)
        (result,) = await executor(bench, allowed=False).grant([Order(pod, grant(pod, "n1"), "1.1")])
        assert result.outcome is Outcome.DROPPED
        assert "nodeName" not in (await bench.pod())["spec"]

    at_the_bench(scenario)


def test_both_lanes_at_once_come_back_in_order(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        pods = []
        for number in range(20):
            pods += [await make_pod(bench, f"b{number}"), await bench.make_pod(f"g{number}")]
        await bench.label("b7")
        results = await executor(bench).grant([Order(pod, grant(pod, "n1"), "1.1") for pod in pods])
        assert [result.uid for result in results] == [pod.uid for pod in pods]
        dropped = [pods[i].name for i, result in enumerate(results) if result.outcome is not Outcome.APPLIED]
        assert dropped == ["b7"]

    at_the_bench(scenario)
