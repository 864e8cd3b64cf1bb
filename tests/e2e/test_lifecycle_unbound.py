"""Pods with a place that no scheduler binds: given back, reported, and tried again; and one obstacle less.

What stands in the way is a volume of another zone, which the planner leaves to the scheduler.
"""

from __future__ import annotations

import json

from ampacity import names
from ampacity.audit.recorder import Recorder
from hack import settled
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects, workloads
from tests.e2e.situations import (
    at,
    create_pool,
    edit_pool,
    full_site,
    pool_told,
    refused,
    running,
    until,
    waits,
)

QUICK = {"AMPACITY_RESYNC": "1", "AMPACITY_HOLD_SECONDS": "6"}
CLAIM = "models"
VOLUMES = [{"name": CLAIM, "persistentVolumeClaim": {"claimName": CLAIM}}]


def test_lifecycle_of_pods_that_nobody_binds(stage: LocalCluster, recorder: Recorder, namespace: str) -> None:
    """Given back where the pod is replaced, reported where it is not, and no tour of all racks."""
    _blocked(stage, namespace)
    alone, pool = Tour(stage, namespace, "app=tour"), Tour(stage, namespace, f"{names.POOL}=pool")
    with OperatorProcess(stage, extra={**QUICK, "AMPACITY_BIND_TIMEOUT": "3"}):
        until(lambda: pool.look() == 2 and _granted(stage, namespace) == 3, "their grants")
        rivals = [workloads.rival(site, eldest=False) for site in ("back", "job")]
        workloads.create(stage.api, namespace, *rivals)
        until(lambda: alone.look() and _rests(stage, namespace), "two tries to fail")
        until(lambda: pool.look() and _pool_rests(stage, namespace), "two tries of the pool to fail")
        until(lambda: "rival-back" in running(stage, namespace, "back"), "the rival to get what was free")
        until(lambda: _job_pod(stage, namespace).powered[1] == "NotBound", "the Job's pod to be reported")
        _reported(stage, namespace)
        zone(stage, "there")
        until(lambda: alone.look() and running(stage, namespace, "tour"), "the next try to succeed", 60)
        until(lambda: pool.look() and len(running(stage, namespace, "pool")) == 2, "the pool to run", 60)
        until(lambda: _job_pod(stage, namespace).powered[1] == "Granted", "the Job's pod to be bound")
    # One pod fails twice, then starts. Of the pool two fail at once, one alone; then one starts, and another
    # follows. One try more each for bad luck.
    assert len(alone.racks) == alone.look() <= 4
    assert len(pool.racks) < pool.look() <= 7


class Tour:
    """What becomes of the pods of one template, which fit nowhere."""

    def __init__(self, cluster: LocalCluster, namespace: str, selector: str) -> None:
        self._cluster, self._selector = cluster, selector
        self._path = f"/api/v1/namespaces/{namespace}/pods"
        self._granted: dict[str, str] = {}

    @property
    def racks(self) -> set[str]:
        """Where they were tried."""
        return set(self._granted.values())

    def look(self) -> int:
        """How many were granted a place so far. To be asked often: they are gone after some seconds."""
        for pod in self._cluster.api.items(self._path, labelSelector=self._selector):
            place = pod["metadata"].get("annotations", {}).get(names.RESERVATION)
            if place:
                self._granted[pod["metadata"]["uid"]] = json.loads(place)["rack"]
        return len(self._granted)


def _blocked(cluster: LocalCluster, namespace: str) -> None:
    """Four sites in one zone, and workloads that need a volume in another."""
    tours = [objects.two_feeds(site, "100kW", {"names": "r[1-8]"}) for site in ("tour", "pool")]
    objects.create(cluster.api, objects.round_profile(), *tours)
    cluster.add_nodes(*(objects.node_line(1, "r[1-8]", site) for site in ("tour", "pool")))
    full_site(cluster, "back", gpus=1)
    full_site(cluster, "job", gpus=1)
    zone(cluster, "here")
    workloads.volume(cluster.api, namespace, CLAIM, zone="there")
    workloads.create(
        cluster.api,
        namespace,
        workloads.controller("Deployment", "tour", "tour", 1, CLAIM),
        workloads.controller("StatefulSet", "back", "back", 1, CLAIM),
        workloads.job("train", "job", CLAIM),
    )
    create_pool(cluster, namespace, "pool", 0)
    spec = {"containers": [{"name": "main", "image": "example/main"}], "volumes": VOLUMES}
    edit_pool(cluster, namespace, "pool", replicas=2, template={"spec": spec})


def zone(cluster: LocalCluster, name: str) -> None:
    """Put every node into a zone."""
    for node in cluster.api.names("/api/v1/nodes"):
        cluster.api.patch(f"/api/v1/nodes/{node}", {"metadata": {"labels": {workloads.ZONE: name}}})


def _granted(cluster: LocalCluster, namespace: str) -> int:
    """How many pods of the other workloads have a place."""
    pods = settled.gpu_pods(cluster.api, namespace)
    return sum(pod.reserved and "app" in pod.labels for pod in pods)


def _rests(cluster: LocalCluster, namespace: str) -> bool:
    """Whether the Deployment's pod backs off for the second time, and says so."""
    return any(_second(*pod.powered[1:]) for pod in at(cluster, namespace, "tour"))


def _pool_rests(cluster: LocalCluster, namespace: str) -> bool:
    return _second(*pool_told(cluster, namespace, "pool", "Waiting"))


def _second(reason: str, sentence: str) -> bool:
    return reason == "BackingOff" and "try 3 comes after" in sentence


def _job_pod(cluster: LocalCluster, namespace: str) -> settled.PodView:
    (pod,) = [pod for pod in at(cluster, namespace, "job") if pod.labels["app"] == "train"]
    return pod


def _reported(cluster: LocalCluster, namespace: str) -> None:
    """The Job's pod stays, keeps its watts, and says what is known."""
    pod = _job_pod(cluster, namespace)
    assert pod.powered[0] == "True" and "granted 1 kW on node job-r1-1" in pod.powered[2]
    assert "no available volume zone" in pod.powered[2]
    assert waits(cluster, namespace, "job")
    events = cluster.api.items(f"/apis/events.k8s.io/v1/namespaces/{namespace}/events")
    assert any(one["reason"] == "NotBound" and one["regarding"]["uid"] == pod.uid for one in events)
    status = cluster.api.get(f"/apis/batch/v1/namespaces/{namespace}/jobs/train")["status"]
    assert not status.get("failed")


def test_lifecycle_of_ports(stage: LocalCluster, operator: OperatorProcess, namespace: str) -> None:
    """Pods that want one port of their node are not sent where it is taken, and say that they wait for it."""
    objects.create(stage.api, objects.round_profile(), objects.two_feeds("hall", "100kW", {"names": "r1"}))
    stage.add_nodes(objects.node_line(2, "r1", "hall"))
    taken, free = stage.api.names("/api/v1/nodes")
    pods = [workloads.bound_to_port(f"web-{number}", "hall") for number in range(2)]
    workloads.create(stage.api, namespace, workloads.squatter(taken), *pods)
    settled.wait(stage.api, 60, pods=2)
    (lucky,) = [pod for pod in at(stage, namespace, "hall") if pod.running]
    assert lucky.node == free
    sentence = (
        "hall: port 8080 (TCP) of each of the 2 nodes with free GPUs that match is taken by another pod"
    )
    assert refused(stage, namespace, "hall") == {("InsufficientNodeResources", sentence)}
    stage.api.delete(f"/api/v1/namespaces/{namespace}/pods/squatter-{taken}")
    until(lambda: len(running(stage, namespace, "hall")) == 2, "the other one to run")
