"""Nodes that go dark, or whose object goes, draw on: what they may draw is given to nobody."""

from __future__ import annotations

from hack import settled
from hack.api import Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.e2e.situations import (
    STUCK,
    at,
    force_delete,
    pods_at,
    refused,
    running,
    told,
    trouble,
    until,
)

NODES, FIRST, MORE = 2, 4, 4
FEED_KW = NODES * objects.IDLE_KW + (FIRST + MORE) * objects.GPU_KW
_UNREACHABLE = {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute"}
DEAD = {"dark": "Unknown", "sick": "NotReady"}
SITES = {"dark": {}, "sick": {}, "listed": {"nodes": f"{NODES}x round-8"}, "unlisted": {}}
"""Racks of two nodes with power for eight busy GPUs: one node at its maximum, and the other one idle."""


def _start(cluster: LocalCluster, namespace: str) -> None:
    """Four pods run at each site; on a dead node they would be evicted at once, and hang."""
    sites = [objects.two_feeds(site, f"{FEED_KW}kW", {"names": "r1", **rack}) for site, rack in SITES.items()]
    objects.create(cluster.api, objects.round_profile(), *sites)
    cluster.add_nodes(*(objects.node_line(NODES, "r1", site) for site in SITES))
    pods = [_evicted(pod) for site in SITES for pod in pods_at(site, FIRST, annotations=STUCK)]
    objects.create_pods(cluster.api, namespace, pods)
    settled.wait(cluster.api, 60, pods=len(pods))
    assert all(len(running(cluster, namespace, site)) == FIRST for site in SITES)


def _evicted(pod: Object) -> Object:
    pod["spec"]["tolerations"] = [{**_UNREACHABLE, "tolerationSeconds": 0}]
    return pod


def _busiest(cluster: LocalCluster, namespace: str, site: str) -> tuple[str, list[str]]:
    """The node with the most pods, and those."""
    pods = at(cluster, namespace, site)
    nodes = [pod.node for pod in pods]
    node = max(nodes, key=nodes.count)
    return node, [pod.name for pod in pods if pod.node == node]


def _terminating(cluster: LocalCluster, namespace: str, names: list[str]) -> bool:
    pods = cluster.api.items(f"/api/v1/namespaces/{namespace}/pods")
    leaving = {pod["metadata"]["name"] for pod in pods if "deletionTimestamp" in pod["metadata"]}
    return leaving.issuperset(names)


def _nothing_more(cluster: LocalCluster, namespace: str, site: str) -> None:
    """All newcomers wait, and for power: the GPUs are there."""
    newcomers = {f"{site}-{i}" for i in range(FIRST, FIRST + MORE)}
    assert not running(cluster, namespace, site) & newcomers
    assert {reason for reason, _ in refused(cluster, namespace, site)} == {"InsufficientRedundancy"}


def test_lifecycle_of_nodes_that_draw_on(
    stage: LocalCluster, operator: OperatorProcess, namespace: str
) -> None:
    _start(stage, namespace)
    lost = {site: _busiest(stage, namespace, site) for site in SITES}
    for site, state in DEAD.items():
        trouble(stage, lost[site][0], state)
    for site in ("listed", "unlisted"):
        stage.api.delete(f"/api/v1/nodes/{lost[site][0]}")
    until(lambda: all(told(stage, site, "NodesNotAdmitting") for site in DEAD), "the dead nodes to be told")
    until(lambda: bool(told(stage, "listed", "MissingNodes")), "the missing listed node in the status")
    until(lambda: bool(told(stage, "unlisted", "MissingNodes")), "the missing node in the status")
    more = [pod for site in SITES for pod in pods_at(site, MORE, FIRST)]
    objects.create_pods(stage.api, namespace, more)

    until(lambda: _terminating(stage, namespace, lost["dark"][1]), "the dead node's pods to be evicted")
    settled.wait(stage.api, 60)
    for site in SITES:
        _nothing_more(stage, namespace, site)
    assert all("counted at 10 kW" in told(stage, site, "NodesNotAdmitting") for site in DEAD)

    force_delete(stage, namespace, *(name for _, names in lost.values() for name in names))
    until(lambda: len(running(stage, namespace, "unlisted")) >= MORE, "pods in the unlisted node's watts")
    settled.wait(stage.api, 60)
    for site in (*DEAD, "listed"):
        _nothing_more(stage, namespace, site)

    for site in DEAD:
        trouble(stage, lost[site][0], None)
    stage.add_nodes(objects.node_line(1, "r1", "listed"))
    for site in (*DEAD, "listed"):
        until(lambda: len(running(stage, namespace, site)) >= MORE, f"the newcomers of {site}")  # noqa: B023
