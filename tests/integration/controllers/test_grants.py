"""Gated pods: granted, running, or told why not."""

from __future__ import annotations

import json

from hack import chart, settled
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.integration.controllers.steps import eventually, pods, running, site, verdicts

# Two racks of one node each: 2 kW idle, and 5 kW for five GPUs within the rack's 7 kW.
HALL = site("hall", "Central", "7kW")


def prepare(stage: LocalCluster) -> None:
    objects.create(stage.api, objects.round_profile(), HALL)
    stage.add_nodes(objects.node_line(1, "r[1-2]", "hall"))


def test_pods_that_fit_run_where_they_were_granted(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    objects.create_pods(stage.api, namespace, [objects.gated_pod(f"p{i}", 2) for i in range(6)])
    settled.wait(stage.api, 30, pods=6)
    found = pods(stage.api, namespace)
    placed = [pod for pod in found if not pod["spec"].get("schedulingGates")]
    assert len(placed) == running(stage.api, namespace) == 4
    for pod in placed:
        reservation = json.loads(pod["metadata"]["annotations"]["ampacity.io/reservation"])
        assert reservation["node"] == pod["spec"]["nodeName"]
    waiting = [pod for pod in found if pod["spec"].get("schedulingGates")]
    assert {verdicts(pod)["ampacity.io/Powered"] for pod in waiting} == {("False", "InsufficientPower")}


def test_what_is_freed_is_granted_again(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    objects.create_pods(stage.api, namespace, [objects.gated_pod(f"p{i}", 2) for i in range(5)])
    settled.wait(stage.api, 30, pods=5)
    victim = next(pod for pod in pods(stage.api, namespace) if pod["spec"].get("nodeName"))
    stage.api.delete(f"/api/v1/namespaces/{namespace}/pods/{victim['metadata']['name']}")
    assert eventually(lambda: running(stage.api, namespace) == 4 and len(pods(stage.api, namespace)) == 4)


def test_the_ledger_is_empty_once_all_is_seen(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    objects.create_pods(stage.api, namespace, [objects.gated_pod("p", 2)])
    settled.wait(stage.api, 30, pods=1)

    def fence() -> list[object]:
        path = f"/api/v1/namespaces/{chart.NAMESPACE}/configmaps/ampacity-holds"
        return json.loads(stage.api.get(path)["data"]["ledger"])["fence"]

    assert eventually(lambda: not fence())


def test_pods_nobody_gated_count_where_they_run(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    foreign = objects.gated_pod("foreign", 4)
    foreign["spec"] |= {"schedulingGates": [], "nodeName": "hall-r1-1"}
    objects.create_pods(stage.api, namespace, [foreign])
    assert eventually(lambda: running(stage.api, namespace) == 1)
    objects.create_pods(stage.api, namespace, [objects.gated_pod(f"p{i}", 2) for i in range(3)])
    settled.wait(stage.api, 30, pods=3)
    ours = [pod for pod in pods(stage.api, namespace) if pod["metadata"]["name"] != "foreign"]
    placed = [pod["spec"].get("nodeName") for pod in ours]
    assert sorted(filter(None, placed)) == ["hall-r2-1", "hall-r2-1"]
    assert "ampacity_adopted_pods 1.0" in operator.metrics()
