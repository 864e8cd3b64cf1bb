"""Pools that are edited at full racks: they end up complete, and nothing ends that has no successor."""

from __future__ import annotations

import time

from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.e2e.situations import (
    create_pool,
    edit_pool,
    pool_pods,
    pool_told,
    until,
)

REPLICAS = 4
FULL_KW = objects.IDLE_KW + REPLICAS * objects.GPU_KW
OTHER = "1 nodes of 8 x L4 in rack r2 of pools"


def _running(cluster: LocalCluster, namespace: str) -> set[str]:
    return {pod.uid for pod in pool_pods(cluster, namespace, "pools") if pod.running}


def _complete(cluster: LocalCluster, namespace: str) -> bool:
    done = pool_told(cluster, namespace, "pools", "Ready")[0] == "AllReady"
    return done and len(_running(cluster, namespace)) == REPLICAS


def test_lifecycle_of_pools_that_are_edited(
    stage: LocalCluster, operator: OperatorProcess, namespace: str
) -> None:
    site = objects.two_feeds("pools", "100kW", {"names": "r[1-2]", "limit": f"{FULL_KW}kW"})
    objects.create(stage.api, objects.round_profile(), site)
    stage.add_nodes(objects.node_line(1, "r1", "pools"))
    create_pool(stage, namespace, "pools", REPLICAS)
    until(lambda: _complete(stage, namespace), "the pool to be complete")
    _scale_to_zero_and_back(stage, namespace)
    _new_image(stage, namespace)
    _accelerators_that_nobody_has(stage, namespace)
    _accelerators_that_come(stage, namespace)


def _scale_to_zero_and_back(cluster: LocalCluster, namespace: str) -> None:
    """Once with time for everything to go, once in the same breath."""
    edit_pool(cluster, namespace, "pools", replicas=0)
    deployments = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    until(lambda: cluster.api.names(deployments) == [], "the Deployment to go")
    edit_pool(cluster, namespace, "pools", replicas=REPLICAS)
    until(lambda: _complete(cluster, namespace), "the pool to be back")
    edit_pool(cluster, namespace, "pools", replicas=0)
    until(lambda: len(_running(cluster, namespace)) < REPLICAS, "the first pod to leave")
    edit_pool(cluster, namespace, "pools", replicas=REPLICAS)
    until(lambda: _complete(cluster, namespace), "the pool to be back once more")


def _new_image(cluster: LocalCluster, namespace: str) -> None:
    """There is no watt for a surplus pod: each successor starts in the watts of its predecessor."""
    before = _running(cluster, namespace)
    template = {"spec": {"containers": [{"name": "main", "image": "example/main:2"}]}}
    edit_pool(cluster, namespace, "pools", template=template)
    until(lambda: _complete(cluster, namespace) and not _running(cluster, namespace) & before, "new pods")


def _accelerators_that_nobody_has(cluster: LocalCluster, namespace: str) -> None:
    """Known hardware, but no such node: what runs stays, the status says why, and the edit can be undone."""
    before = _running(cluster, namespace)
    edit_pool(cluster, namespace, "pools", accelerators=["l4"])
    until(lambda: pool_told(cluster, namespace, "pools", "Ready")[0] == "Replacing", "the status")
    time.sleep(5)
    assert _running(cluster, namespace) == before
    message = pool_told(cluster, namespace, "pools", "Ready")[1]
    assert message.startswith("4 of 4 replicas are of an earlier template and stay until their successors")
    assert message.endswith("pools: 1 node matches, but with round-8; acceptable: l4-4, l4-8")
    edit_pool(cluster, namespace, "pools", accelerators=["round"])
    until(lambda: _complete(cluster, namespace), "the pool as it was")
    assert _running(cluster, namespace) == before


def _accelerators_that_come(cluster: LocalCluster, namespace: str) -> None:
    """Once there are such nodes, the pool moves onto them, and was never smaller than it should be."""
    edit_pool(cluster, namespace, "pools", accelerators=["l4"])
    until(lambda: pool_told(cluster, namespace, "pools", "Ready")[0] == "Replacing", "the status")
    (node,) = cluster.add_nodes(OTHER)
    least = REPLICAS

    def moved() -> bool:
        nonlocal least
        least = min(least, len(_running(cluster, namespace)))
        return _complete(cluster, namespace)

    until(moved, "the pool on its new hardware")
    assert least == REPLICAS
    assert {pod.node for pod in pool_pods(cluster, namespace, "pools")} == {node}
