"""Nodes that turn up in a rack, by a label or as a new machine: their watts count, whoever put them there."""

from __future__ import annotations

from hack import settled
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.e2e.situations import at, pods_at, refused, running, told, until

RACK_KW = objects.IDLE_KW + 4
FIT = 8


def test_lifecycle_of_racks_that_nodes_come_to(
    stage: LocalCluster, operator: OperatorProcess, namespace: str
) -> None:
    """Two racks, a node with four busy GPUs in each, no watt left; two pods wait."""
    racks = {"names": "r[1-2]", "limit": f"{RACK_KW}kW"}
    objects.create(stage.api, objects.round_profile(), objects.two_feeds("racks", "100kW", racks))
    stage.add_nodes(objects.node_line(1, "r[1-2]", "racks"))
    objects.create_pods(stage.api, namespace, pods_at("racks", FIT + 2))
    settled.wait(stage.api, 60, pods=FIT + 2)
    before = running(stage, namespace, "racks")
    assert len(before) == FIT

    stage.add_nodes(objects.node_line(1, "r1", "racks"))
    until(lambda: "rack r1 is over by 2 kW" in told(stage, "racks", "Overloaded"), "its idle watts")
    settled.wait(stage.api, 30)
    assert running(stage, namespace, "racks") == before
    assert {reason for reason, _ in refused(stage, namespace, "racks")} == {"InsufficientPower"}
    stage.api.delete("/api/v1/nodes/racks-r1-2")
    until(lambda: not told(stage, "racks", "Overloaded"), "the rack without it")

    stage.kubectl("label", "node", "racks-r1-1", "ampacity.io/rack=r2", "--overwrite")
    until(lambda: "rack r2 is over by 6 kW" in told(stage, "racks", "Overloaded"), "the load in its new rack")
    stage.add_nodes(objects.node_line(1, "r1", "racks"))
    until(lambda: len(running(stage, namespace, "racks")) == FIT + 2, "the pods that wait, in the empty rack")
    nodes = {pod.name: pod.node for pod in at(stage, namespace, "racks")}
    assert {nodes[name] for name in nodes.keys() - before} == {"racks-r1-2"}
    assert running(stage, namespace, "racks") > before
