"""Pods on their way out: slow, stuck, or evicted by a drain. Their watts stay theirs until they are gone."""

from __future__ import annotations

from hack import settled
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.e2e.situations import (
    SLOW,
    STUCK,
    create_pool,
    force_delete,
    pods_at,
    pool_pods,
    refused,
    running,
    until,
)

FULL_KW = objects.IDLE_KW + 4 * objects.GPU_KW
REPLICAS = 4


def _start(cluster: LocalCluster, namespace: str) -> None:
    """A node with power for four GPUs, all at work, two more pods that wait; and a pool on two nodes."""
    leaving = objects.two_feeds("leaving", f"{FULL_KW}kW", {"names": "r1"})
    drained = objects.two_feeds("drained", f"{FULL_KW + objects.IDLE_KW}kW", {"names": "r1"})
    objects.create(cluster.api, objects.round_profile(), leaving, drained)
    cluster.add_nodes(objects.node_line(1, "r1", "leaving"), objects.node_line(2, "r1", "drained"))
    create_pool(cluster, namespace, "drained", REPLICAS)
    pods = [*pods_at("leaving", 3, annotations=SLOW), *pods_at("leaving", 1, 3, STUCK)]
    objects.create_pods(cluster.api, namespace, pods)
    settled.wait(cluster.api, 60, pods=len(pods) + REPLICAS)
    objects.create_pods(cluster.api, namespace, pods_at("leaving", 2, 4))


def _drain(cluster: LocalCluster, namespace: str) -> None:
    """At most one of the pool's pods may be missing at any time."""
    cluster.kubectl(
        "create", "poddisruptionbudget", "drained", "-n", namespace,
        "--selector=ampacity.io/pool=drained", f"--min-available={REPLICAS - 1}",
    )  # fmt: skip
    nodes = [pod.node for pod in pool_pods(cluster, namespace, "drained")]
    node = max(nodes, key=nodes.count)
    cluster.kubectl("drain", node, "--ignore-daemonsets", "--timeout=90s")
    pods = pool_pods(cluster, namespace, "drained")
    assert len(pods) >= REPLICAS - 1 and node not in {pod.node for pod in pods}


def test_lifecycle_of_pods_that_leave(
    stage: LocalCluster, operator: OperatorProcess, namespace: str
) -> None:
    _start(stage, namespace)
    stage.kubectl("delete", "pod", "leaving-0", "leaving-3", "-n", namespace, "--wait=false")
    until(lambda: len(refused(stage, namespace, "leaving")) > 0, "the newcomers' answer")
    assert {reason for reason, _ in refused(stage, namespace, "leaving")} == {"InsufficientRedundancy"}

    _drain(stage, namespace)
    settled.wait(stage.api, 60)
    assert sum(pod.running for pod in pool_pods(stage, namespace, "drained")) == REPLICAS

    until(lambda: len(running(stage, namespace, "leaving")) == 3, "a newcomer in the slow pod's place")
    settled.wait(stage.api, 30)
    assert len(running(stage, namespace, "leaving")) == 3, "the stuck pod has its watts yet"
    force_delete(stage, namespace, "leaving-3")
    until(lambda: len(running(stage, namespace, "leaving")) == 4, "the other one in the stuck pod's")
