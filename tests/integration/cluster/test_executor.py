"""Grants on the real API server, up to the real scheduler binding the pod."""

import json
from collections.abc import Callable

import pytest

from ampacity import names
from ampacity.cluster.executor import LaneExecutor
from ampacity.cluster.grants import Order
from ampacity.cluster.results import Outcome, Result
from ampacity.translate.pods.reservation import decode
from ampacity.translate.records import PodRecord
from hack.cluster import LocalCluster
from tests.builders.kube import READER, REQUIRED
from tests.integration.cluster.conftest import LOAD, Bench, Scenario, grant, until

Play = Callable[[Scenario], None]
OTHER = "example.com/other-gate"


def executor(bench: Bench, allowed: bool = True) -> LaneExecutor:
    return LaneExecutor(bench.client, READER, may_write=lambda: allowed)


async def granted(bench: Bench, pod: PodRecord, node: str = "n1") -> Result:
    (result,) = await executor(bench).grant([Order(pod, grant(pod, node), "1.7")])
    return result


AFFINITIES = {
    "none": None,
    "other affinity": {"podAffinity": {}},
    "preferred only": {"nodeAffinity": {}},
    "two terms and an empty one": {
        "nodeAffinity": {
            REQUIRED: {
                "nodeSelectorTerms": [
                    {"matchExpressions": [{"key": names.RACK, "operator": "In", "values": ["r07"]}]},
                    {"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["elsewhere"]}]},
                    {},
                ]
            }
        }
    },
}


@pytest.mark.parametrize("affinity", AFFINITIES)
def test_a_granted_pod_is_bound_to_its_node(
    affinity: str, fresh_cluster: LocalCluster, at_the_bench: Play
) -> None:
    nodes = fresh_cluster.add_nodes("3 nodes of 8 x H100 in rack r07 of par1")

    async def scenario(bench: Bench) -> None:
        chosen = AFFINITIES[affinity]
        pod = await bench.make_pod(**({} if chosen is None else {"affinity": chosen}))
        result = await granted(bench, pod, nodes[1])
        assert result.outcome is Outcome.APPLIED
        bound = await until(bench.pod, lambda pod: bool(pod["spec"].get("nodeName")))
        assert bound["spec"]["nodeName"] == nodes[1]

    at_the_bench(scenario)


def test_the_reservation_says_what_was_granted(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        result = await granted(bench, await bench.make_pod())
        pod = await bench.pod()
        text = pod["metadata"]["annotations"][names.RESERVATION]
        reservation = decode(text)
        assert reservation is not None and (reservation.node, reservation.load) == ("n1", LOAD)
        assert json.loads(text)["fence"] == "1.7"
        assert result.pod is not None and result.pod.reservation == reservation and not result.pod.waiting

    at_the_bench(scenario)


def test_other_peoples_gates_stay(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        for name, gates in (("first", (names.GATE, OTHER)), ("last", (OTHER, names.GATE))):
            result = await granted(bench, await bench.make_pod(name, gates))
            assert result.outcome is Outcome.APPLIED
            assert (await bench.pod(name))["spec"]["schedulingGates"] == [{"name": OTHER}]

    at_the_bench(scenario)


def test_a_grant_on_an_older_version_is_dropped(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        planned = await bench.make_pod()
        await bench.label()
        result = await granted(bench, planned)
        assert (result.outcome, result.pod) == (Outcome.DROPPED, None)
        pod = await bench.pod()
        assert names.RESERVATION not in pod["metadata"].get("annotations", {})
        assert pod["spec"]["schedulingGates"] == [{"name": names.GATE}]

    at_the_bench(scenario)


def test_a_grant_on_a_pod_of_the_same_name_or_on_none_is_dropped(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        planned = await bench.make_pod()
        await bench.client.delete(f"{bench.pods}/p", {"gracePeriodSeconds": 0})
        assert (await granted(bench, planned)).outcome is Outcome.DROPPED
        await bench.make_pod()
        assert (await granted(bench, planned)).outcome is Outcome.DROPPED
        assert (await bench.pod())["spec"]["schedulingGates"] == [{"name": names.GATE}]

    at_the_bench(scenario)


def test_a_touched_pod_refuses_grants_that_are_on_their_way(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        planned = await bench.make_pod()
        (first,) = await executor(bench).touch([planned], "2.1")
        (again,) = await executor(bench).touch([planned], "3.1")
        assert first.pod is not None and again.pod is not None
        versions = [int(pod.resource_version) for pod in (planned, first.pod, again.pod)]
        assert versions == sorted(set(versions)), "every mark must move the pod to another version"
        assert (await granted(bench, planned)).outcome is Outcome.DROPPED
        assert (await granted(bench, again.pod)).outcome is Outcome.APPLIED

    at_the_bench(scenario)


def test_who_may_not_write_does_not(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        pod = await bench.make_pod()
        (result,) = await executor(bench, allowed=False).grant([Order(pod, grant(pod, "n1"), "1.1")])
        assert result.outcome is Outcome.DROPPED
        assert (await bench.pod())["metadata"]["resourceVersion"] == pod.resource_version

    at_the_bench(scenario)


def test_many_grants_come_back_in_order(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        pods = [await bench.make_pod(f"p{number}") for number in range(40)]
        await bench.label("p7")
        results = await executor(bench).grant([Order(pod, grant(pod, "n1"), "1.1") for pod in pods])
        assert [result.uid for result in results] == [pod.uid for pod in pods]
        dropped = [number for number, result in enumerate(results) if result.outcome is not Outcome.APPLIED]
        assert dropped == [7]

    at_the_bench(scenario)
