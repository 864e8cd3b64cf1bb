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
from tests.e2e.situations import at, create_pool, edit_pool, full_site, pool_pods, running, until, waits

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


def test_lifecycle_of_a_rollout_to_fewer_gpus(
    stage: LocalCluster, recorder: Recorder, namespace: str
) -> None:
    """Each replica keeps as much of its place as it still needs; only what is over is for others."""
    objects.create(stage.api, objects.round_profile())
    full_site(stage, "halved", gpus=8, nodes=2)
    with OperatorProcess(stage, extra=QUICK):
        create_pool(stage, namespace, "halved", 0)
        edit_pool(stage, namespace, "halved", replicas=4, gpusPerReplica=2)
        until(lambda: len(running(stage, namespace, "halved")) == 4, "the pool to run")
        before = {pod.uid for pod in pool_pods(stage, namespace, "halved")}
        rivals = [objects.gated_pod(f"rival-{number}", 2, **{names.SINCE: "1"}) for number in range(4)]
        for rival in rivals:
            rival["metadata"]["labels"] = {names.SITE: "halved", "app": "rival"}
        objects.create_pods(stage.api, namespace, rivals)
        edit_pool(stage, namespace, "halved", gpusPerReplica=1)

        def rolled_out() -> bool:
            pods = {pod.uid for pod in pool_pods(stage, namespace, "halved") if pod.running}
            return len(pods) == 4 and not pods & before and len(uids(stage, namespace, "rival")) == 2

        until(rolled_out, "the rollout, and two rivals in what is over", 90)


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
