"""Places are kept: a pod that is replaced finds its watts, however long somebody else has waited for them.

Each scenario has a site of its own, full to the last watt, and a rival that waits there. Unless said
otherwise the rival is the eldest of all, so it comes first wherever a place is free.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ampacity import names
from ampacity.audit.recorder import Recorder
from hack import chart, settled
from hack.chart import ROOT
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects, workloads
from tests.e2e.situations import at, create_pool, edit_pool, pool_pods, pool_told, running, until

HOLD_S = 6
QUICK = {"AMPACITY_RESYNC": "1", "AMPACITY_HOLD_SECONDS": str(HOLD_S)}

CLOCK_THAT_JUMPS = """
import itertools, time
from datetime import timedelta
from ampacity.cluster import times
jumps = itertools.cycle((0.0, 4e6, -4e6))
real_time, real_now = time.time, times.utcnow
time.time = lambda: real_time() + next(jumps)
times.utcnow = lambda: real_now() + timedelta(seconds=next(jumps))
"""
"""The clock on the wall, wrong by weeks at every look."""


def full_site(cluster: LocalCluster, site: str, gpus: int, nodes: int = 1) -> None:
    """A site whose feeds carry so many busy GPUs and no more."""
    feed = f"{nodes * objects.IDLE_KW + gpus}kW"
    objects.create(cluster.api, objects.two_feeds(site, feed, {"names": "r1"}))
    cluster.add_nodes(objects.node_line(nodes, "r1", site))


def waits(cluster: LocalCluster, namespace: str, site: str) -> bool:
    """Whether the rival at that site was never given anything. What it is given it keeps."""
    rival = next(pod for pod in at(cluster, namespace, site) if pod.name == f"rival-{site}")
    return rival.gated and not rival.reserved


def held(cluster: LocalCluster) -> list[str]:
    """The keys of all holds."""
    path = f"/api/v1/namespaces/{chart.NAMESPACE}/configmaps/{names.HOLDS}"
    return [hold[0] for hold in json.loads(cluster.api.get(path)["data"]["ledger"])["holds"]]


def uids(cluster: LocalCluster, namespace: str, app: str) -> set[str]:
    """Of the running pods of one workload."""
    pods = settled.gpu_pods(cluster.api, namespace)
    return {pod.uid for pod in pods if pod.labels.get("app") == app and pod.running}


@pytest.mark.parametrize("fast_lane", ["true", "false"], ids=["binding", "gate"])
def test_lifecycle_of_a_pool_at_a_full_rack(
    stage: LocalCluster, recorder: Recorder, namespace: str, fast_lane: str
) -> None:
    """A rollout keeps every place; what a smaller pool gives back is free at once."""
    objects.create(stage.api, objects.round_profile())
    full_site(stage, "pooled", gpus=4)
    with OperatorProcess(stage, extra={**QUICK, "AMPACITY_FAST_LANE": fast_lane}):
        create_pool(stage, namespace, "pooled", 4)
        until(lambda: len(running(stage, namespace, "pooled")) == 4, "the pool to run")
        before = {pod.uid for pod in pool_pods(stage, namespace, "pooled")}
        workloads.create(stage.api, namespace, workloads.rival("pooled"))
        changed = {"spec": {"containers": [{"name": "main", "image": "example/main:2"}]}}
        edit_pool(stage, namespace, "pooled", template=changed)

        def rolled_out() -> bool:
            assert waits(stage, namespace, "pooled"), "the rival got a place of the pool"
            pods = {pod.uid for pod in pool_pods(stage, namespace, "pooled") if pod.running}
            return len(pods) == 4 and not pods & before

        until(rolled_out, "the rollout", 90)
        edit_pool(stage, namespace, "pooled", replicas=3)

        def released() -> bool:
            assert not held(stage), "a smaller pool left a hold"
            return not waits(stage, namespace, "pooled")

        until(released, "the rival to get what the pool gave back")


def test_lifecycle_of_places_of_others(
    stage: LocalCluster, recorder: Recorder, namespace: str, tmp_path: Path
) -> None:
    """Deleted, forced out, failed, drained, scaled down; and no clock that jumps makes a difference."""
    (tmp_path / "sitecustomize.py").write_text(CLOCK_THAT_JUMPS)
    path = {"PYTHONPATH": f"{tmp_path}:{ROOT / 'operator'}"}
    _others(stage, namespace)
    with OperatorProcess(stage, identity=f"jumping-{os.getpid()}", extra={**QUICK, **path}):
        until(lambda: len(uids(stage, namespace, "web")) == 3, "the Deployment to run")
        until(lambda: len(uids(stage, namespace, "db")) == 2, "the StatefulSet to run")
        until(lambda: len(uids(stage, namespace, "drained")) == 1, "the pod to be drained to run")
        rivals = [workloads.rival("web"), workloads.rival("db"), workloads.rival("drained", eldest=False)]
        workloads.create(stage.api, namespace, *rivals)
        until(lambda: all(told(stage, namespace, site) for site in ("web", "db", "drained")), "the rivals")
        _replaced(stage, namespace)
        _smaller(stage, namespace)


def told(cluster: LocalCluster, namespace: str, site: str) -> bool:
    """Whether the rival at that site knows that it waits."""
    return any(pod.name == f"rival-{site}" and pod.answered for pod in at(cluster, namespace, site))


def _others(cluster: LocalCluster, namespace: str) -> None:
    objects.create(cluster.api, objects.round_profile())
    full_site(cluster, "web", gpus=3)
    full_site(cluster, "db", gpus=2)
    full_site(cluster, "drained", gpus=1, nodes=2)
    workloads.create(
        cluster.api,
        namespace,
        workloads.controller("Deployment", "web", "web", 3),
        workloads.controller("StatefulSet", "db", "db", 2, podManagementPolicy="Parallel"),
        workloads.controller("Deployment", "drained", "drained", 1),
    )


def _replaced(cluster: LocalCluster, namespace: str) -> None:
    """One pod of the Deployment is deleted, one forced out, one fails; the StatefulSet's are both deleted."""
    web, db = uids(cluster, namespace, "web"), uids(cluster, namespace, "db")
    deleted, forced, failed = sorted(pod.name for pod in at(cluster, namespace, "web") if pod.uid in web)
    cluster.kubectl("delete", "pod", deleted, "db-0", "db-1", "-n", namespace, "--wait=false")
    cluster.kubectl("delete", "pod", forced, "-n", namespace, "--force", "--grace-period=0")
    cluster.api.patch(
        f"/api/v1/namespaces/{namespace}/pods/{failed}/status",
        {"status": {"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory."}},
    )
    node = next(pod.node for pod in at(cluster, namespace, "drained") if pod.running)
    cluster.kubectl("drain", node, "--ignore-daemonsets", "--timeout=30s")

    def replaced() -> bool:
        for site in ("web", "db", "drained"):
            assert waits(cluster, namespace, site), f"the rival got a place of {site}"
        new_web, new_db = uids(cluster, namespace, "web"), uids(cluster, namespace, "db")
        moved = {pod.node for pod in at(cluster, namespace, "drained") if pod.running} - {node}
        return len(new_web - web) == 3 and len(new_db - db) == 2 and len(moved) == 1

    until(replaced, "every pod to be replaced", 60)


def _smaller(cluster: LocalCluster, namespace: str) -> None:
    """How many pods somebody else's Deployment wants nobody tells us: its place is kept for its time."""
    workloads.scale(cluster.api, namespace, "web", 2)
    left = f"left/{namespace}/web-"
    until(lambda: any(key.startswith(left) for key in held(cluster)), "the place to be held")
    assert waits(cluster, namespace, "web")
    until(lambda: not waits(cluster, namespace, "web"), "the rival to get it in the end")
    assert held(cluster) == []


def test_lifecycle_of_pods_that_nobody_binds(
    stage: LocalCluster, recorder: Recorder, namespace: str
) -> None:
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
        for node in stage.api.names("/api/v1/nodes"):
            stage.api.delete(f"/api/v1/namespaces/{namespace}/pods/squatter-{node}")
        until(lambda: alone.look() and running(stage, namespace, "tour"), "the next try to succeed", 60)
        until(lambda: pool.look() and len(running(stage, namespace, "pool")) == 2, "the pool to run", 60)
        until(lambda: _job_pod(stage, namespace).powered[1] == "Granted", "the Job's pod to be bound")
    # One pod fails twice, then starts. Of the pool two fail at once, one alone; then one starts, another
    # meets it on its node, and finds a node of its own. One try more each for bad luck.
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
    """Four sites where every node's port is taken, and workloads that need that port."""
    tours = [objects.two_feeds(site, "100kW", {"names": "r[1-8]"}) for site in ("tour", "pool")]
    objects.create(cluster.api, objects.round_profile(), *tours)
    cluster.add_nodes(*(objects.node_line(1, "r[1-8]", site) for site in ("tour", "pool")))
    full_site(cluster, "back", gpus=1)
    full_site(cluster, "job", gpus=1)
    squatters = [workloads.squatter(node) for node in cluster.api.names("/api/v1/nodes")]
    workloads.create(
        cluster.api,
        namespace,
        *squatters,
        workloads.controller("Deployment", "tour", "tour", 1, workloads.PORT),
        workloads.controller("StatefulSet", "back", "back", 1, workloads.PORT),
        workloads.job("train", "job", workloads.PORT),
    )
    ports = [{"containerPort": workloads.PORT, "hostPort": workloads.PORT}]
    create_pool(cluster, namespace, "pool", 2)
    template = {"spec": {"containers": [{"name": "main", "image": "example/main", "ports": ports}]}}
    edit_pool(cluster, namespace, "pool", template=template)


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
    assert "didn't have free ports" in pod.powered[2]
    assert waits(cluster, namespace, "job")
    events = cluster.api.items(f"/apis/events.k8s.io/v1/namespaces/{namespace}/events")
    assert any(one["reason"] == "NotBound" and one["regarding"]["uid"] == pod.uid for one in events)
    status = cluster.api.get(f"/apis/batch/v1/namespaces/{namespace}/jobs/train")["status"]
    assert not status.get("failed")


