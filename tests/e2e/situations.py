"""What lifecycle tests say again and again: pods of one site, and what its envelope tells."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ampacity import names
from hack import settled
from hack.api import Object
from hack.cluster import LocalCluster
from tests.e2e import objects

ENVELOPES = f"{objects.GROUP_PATH}/sitepowerenvelopes"
STUCK = {"simulation.ampacity.io/termination": "stuck"}
SLOW = {"simulation.ampacity.io/termination": "slow"}


def until(holds: Callable[[], object], what: str, limit_s: float = 60) -> None:
    """Return once it holds; fail after `limit_s` seconds."""
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, f"waited {limit_s:.0f} s for {what}"
        time.sleep(0.2)


def full_site(cluster: LocalCluster, site: str, gpus: int, nodes: int = 1) -> None:
    """A site whose feeds carry so many busy GPUs and no more."""
    feed = f"{nodes * objects.IDLE_KW + gpus}kW"
    objects.create(cluster.api, objects.two_feeds(site, feed, {"names": "r1"}))
    cluster.add_nodes(objects.node_line(nodes, "r1", site))


def pods_at(
    site: str, count: int, first: int = 0, annotations: Mapping[str, str] = MappingProxyType({})
) -> list[Object]:
    """Gated pods of one GPU that may run at one site only."""
    pods = [objects.gated_pod(f"{site}-{i}", **annotations) for i in range(first, first + count)]
    for pod in pods:
        pod["metadata"]["labels"] = {names.SITE: site}
    return pods


def at(cluster: LocalCluster, namespace: str, site: str) -> list[settled.PodView]:
    """Pods of that site that are not on their way out."""
    return [pod for pod in settled.gpu_pods(cluster.api, namespace) if pod.labels.get(names.SITE) == site]


def waits(cluster: LocalCluster, namespace: str, site: str) -> bool:
    """Whether the rival at that site was never given anything. What it is given it keeps."""
    rival = next(pod for pod in at(cluster, namespace, site) if pod.name == f"rival-{site}")
    return rival.gated and not rival.reserved


def running(cluster: LocalCluster, namespace: str, site: str) -> set[str]:
    """Names of the site's pods that run."""
    return {pod.name for pod in at(cluster, namespace, site) if pod.running}


def refused(cluster: LocalCluster, namespace: str, site: str) -> set[tuple[str, str]]:
    """Reasons and sentences of the site's pods that wait."""
    return {pod.powered[1:] for pod in at(cluster, namespace, site) if pod.gated}


def told(cluster: LocalCluster, site: str, kind: str) -> str:
    """The message of an envelope's condition, "" while that does not hold."""
    found = objects.conditions(cluster.api, "sitepowerenvelopes", site).get(kind, {})
    return str(found.get("message", "")) if found.get("status") == "True" else ""


def trouble(cluster: LocalCluster, node: str, state: str | None) -> None:
    """Let a node's kubelet fail (NotReady, Unknown), or recover."""
    annotation = {"simulation.ampacity.io/condition": state}
    cluster.api.patch(f"/api/v1/nodes/{node}", {"metadata": {"annotations": annotation}})


def force_delete(cluster: LocalCluster, namespace: str, *pods: str) -> None:
    """As people do who want to be rid of a pod on a dead node."""
    cluster.kubectl("delete", "pod", *pods, "-n", namespace, "--force", "--grace-period=0")


def edit(cluster: LocalCluster, site: str, **spec: object) -> None:
    """Change an envelope's spec, as `kubectl patch` does."""
    cluster.api.patch(f"{ENVELOPES}/{site}", {"spec": spec})


def create_pool(cluster: LocalCluster, namespace: str, site: str, replicas: int) -> None:
    """A pool of one-GPU replicas, called like the one site that it may use."""
    envelope = cluster.api.get(f"{ENVELOPES}/{site}")
    labels = {"site": site, **envelope["metadata"].get("labels", {})}
    cluster.api.patch(f"{ENVELOPES}/{site}", {"metadata": {"labels": labels}})
    spec = {
        "replicas": replicas,
        "accelerators": ["round"],
        "placement": {"siteSelector": {"matchLabels": {"site": site}}},
        "template": {"spec": {"containers": [{"name": "main", "image": "example/main:1"}]}},
    }
    pool = {"apiVersion": objects.API, "kind": "GPUInferencePool", "metadata": {"name": site}, "spec": spec}
    cluster.api.post(_pools(namespace), pool)


def edit_pool(cluster: LocalCluster, namespace: str, pool: str, **spec: object) -> None:
    """Change a pool's spec, as `kubectl patch` does."""
    cluster.api.patch(f"{_pools(namespace)}/{pool}", {"spec": spec})


def pool_told(cluster: LocalCluster, namespace: str, pool: str, kind: str) -> tuple[str, str]:
    """Reason and message of a pool's condition, if its status is of the newest generation."""
    found = cluster.api.get(f"{_pools(namespace)}/{pool}")
    status = found.get("status", {})
    if status.get("observedGeneration") != found["metadata"]["generation"]:
        return "", ""
    conditions = {item["type"]: item for item in status["conditions"]}
    return conditions.get(kind, {}).get("reason", ""), conditions.get(kind, {}).get("message", "")


def pool_pods(cluster: LocalCluster, namespace: str, pool: str) -> list[settled.PodView]:
    """The pool's pods that have a place and are not on their way out."""
    pods = settled.gpu_pods(cluster.api, namespace)
    return [pod for pod in pods if pod.labels.get(names.POOL) == pool and pod.node]


def _pools(namespace: str) -> str:
    return f"{objects.GROUP_PATH}/namespaces/{namespace}/gpuinferencepools"
