"""`ampacity uninstall` hands everything back: what runs, runs on, and nothing needs Ampacity any more."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from ampacity.cli.removal.rollouts import MARK
from hack import chart, settled
from hack.access import CommandFailed
from hack.api import Object
from hack.cluster import LocalCluster
from hack.demo_files import AMPACITY
from hack.operator_process import OperatorProcess
from tests.e2e import documented, gateways, objects
from tests.e2e.situations import until

OTHER_GATE = "example.com/quota"
PLACES = 8  # 12 kW behind one feed, less 2 idle servers, at 1 kW a GPU
_DONE, _LEFT, _REFUSED = 0, 1, 2
_APPS = "/apis/apps/v1"
_EVERYWHERE = (
    f"{objects.GROUP_PATH}/gpuinferencepools", f"{objects.GROUP_PATH}/sitepowerenvelopes",
    f"{objects.GROUP_PATH}/acceleratorprofiles", "/api/v1/pods", "/api/v1/nodes", "/api/v1/configmaps",
    f"{_APPS}/deployments", f"{_APPS}/replicasets", f"{_APPS}/statefulsets", f"{_APPS}/controllerrevisions",
    "/apis/coordination.k8s.io/v1/leases",
)  # fmt: skip


@pytest.fixture
def restored(stage: LocalCluster) -> Iterator[LocalCluster]:
    """The stage, with the chart installed again when the test is over."""
    yield stage
    chart.install(stage)


def test_lifecycle_uninstall(restored: LocalCluster, namespace: str) -> None:
    """Two pools, one in each lane; workloads of every kind with the gate; then Ampacity goes, bit by bit."""
    cluster = restored
    with OperatorProcess(cluster):
        _fill(cluster, namespace)
        assert _finalizers(cluster) == {"batch.kubernetes.io/job-tracking"}
        code, said = _uninstall(cluster, "--yes")
        assert code == _REFUSED and f"helm uninstall RELEASE --namespace {chart.NAMESPACE}" in said
    ran = _running(cluster, namespace)
    assert len(ran) == PLACES
    ran -= _replaced_without_operator(cluster, namespace)
    chart.uninstall(cluster)
    _nothing_happens_by_looking(cluster, namespace)
    _crds_are_guarded(cluster)
    sets = _replica_sets(cluster, namespace)
    _interrupt(cluster)
    code, said = _uninstall(cluster, "--yes", "--templates")
    assert code == _LEFT, said
    assert _running(cluster, namespace) >= ran
    assert _replica_sets(cluster, namespace) == sets
    _finish_by_hand(cluster, namespace, said)
    assert _uninstall(cluster, "--yes") == (_DONE, "Nothing in the cluster waits for Ampacity any more.\n")
    _runs_without_ampacity(cluster, namespace)
    _and_without_crds(cluster, namespace)


def _fill(cluster: LocalCluster, namespace: str) -> None:
    """8 of the places are taken, by both pools and by workloads that somebody gated; the rest waits."""
    api = cluster.api
    objects.create(api, objects.round_profile(), objects.two_feeds("hall", "12kW", {"names": "r1"}))
    cluster.add_nodes(objects.node_line(2, "r1", "hall"))
    pools = f"{objects.GROUP_PATH}/namespaces/{namespace}/gpuinferencepools"
    api.post(pools, _pool("fast", namespace, {}))
    api.post(pools, _pool("gated", namespace, {"schedulerName": "default-scheduler"}))
    until(lambda: len(_running(cluster, namespace)) == 5, "the pools to run")
    api.post(f"{_APPS}/namespaces/{namespace}/deployments", _workload("Deployment", "mine", 2))
    api.post(f"{_APPS}/namespaces/{namespace}/statefulsets", _workload("StatefulSet", "shards", 1))
    until(lambda: len(_running(cluster, namespace)) == PLACES, "all places to be taken")
    api.post(f"/apis/batch/v1/namespaces/{namespace}/cronjobs", _cron_job())
    api.post(f"/apis/batch/v1/namespaces/{namespace}/jobs", _job())
    doubly, stranded = objects.gated_pod("doubly"), objects.gated_pod("stranded")
    doubly["spec"]["schedulingGates"].insert(0, {"name": OTHER_GATE})
    stranded["spec"] |= {"schedulingGates": [], "schedulerName": "ampacity"}
    objects.create_pods(api, namespace, [objects.gated_pod("plain"), doubly, stranded])
    settled.wait(api, 60, pods=PLACES + 4)


def _replaced_without_operator(cluster: LocalCluster, namespace: str) -> set[str]:
    """A pod of each pool is deleted while no operator runs; what replaces it waits. Their uids."""
    gone = set()
    for pool in ("fast", "gated"):
        pod = _pods(cluster, namespace, pool)[0]
        cluster.api.delete(f"/api/v1/namespaces/{namespace}/pods/{pod['metadata']['name']}")
        gone.add(pod["metadata"]["uid"])
    until(lambda: len(_waiting(cluster, namespace)) == 6, "the replacements to wait")
    return gone


def _nothing_happens_by_looking(cluster: LocalCluster, namespace: str) -> None:
    before = _state(cluster, namespace)
    code, said = _uninstall(cluster, "--templates")
    assert code == _DONE and "Nothing was changed" in said
    rows = {line.split("  ")[0]: line.split() for line in said.splitlines()}
    assert "2" in rows["Deployments of pools"] and "2" in rows["templates of yours, freed"]
    assert "4" in rows["Services, routes of pools"]
    assert "2" in rows["templates of yours, left"] and "4" in rows["pods that wait with the gate"]
    assert _state(cluster, namespace) == before


def _crds_are_guarded(cluster: LocalCluster) -> None:
    """One by one, all together, and by the folder they came from; each is told what would be lost."""
    for what in ("gpuinferencepools.ampacity.io", "--all"):
        with pytest.raises(CommandFailed, match="their Deployments and all their running pods"):
            cluster.kubectl("delete", "crd", what, "--wait=false")
    assert len(cluster.api.items(f"{objects.GROUP_PATH}/gpuinferencepools")) == 2


def _interrupt(cluster: LocalCluster) -> None:
    """It is killed as soon as it has paused a Deployment."""
    process = subprocess.Popen(_command(cluster, "--yes"), stdout=subprocess.DEVNULL)
    until(lambda: bool(_marked(cluster)), "a Deployment to be under change")
    process.kill()
    process.wait()


def _finish_by_hand(cluster: LocalCluster, namespace: str, said: str) -> None:
    """What could not be done without harm was said: a StatefulSet, a Job, and a pod that nobody replaces."""
    assert "pod " + f"{namespace}/stranded names the scheduler ampacity" in said
    cluster.api.delete(f"/api/v1/namespaces/{namespace}/pods/stranded")
    [command] = re.findall(r"^ +(kubectl patch statefulset .*)$", said, re.MULTILINE)
    documented.run(cluster, command)
    assert f"Job {namespace}/batch" in said
    cluster.kubectl("delete", "job", "batch", "-n", namespace)


def _runs_without_ampacity(cluster: LocalCluster, namespace: str) -> None:
    """No gate is left but other people's; whatever is deleted comes back and runs."""
    assert [pod["metadata"]["name"] for pod in _waiting(cluster, namespace)] == ["doubly"]
    for deployment in cluster.api.items(f"{_APPS}/namespaces/{namespace}/deployments"):
        metadata, spec = deployment["metadata"], deployment["spec"]
        assert not spec.get("paused") and MARK not in metadata["annotations"]
        assert "ownerReferences" not in metadata
    for name in ("fast", "gated", "mine"):
        pod = _pods(cluster, namespace, name)[0]
        cluster.api.delete(f"/api/v1/namespaces/{namespace}/pods/{pod['metadata']['name']}")
    until(lambda: len(_running(cluster, namespace)) == PLACES + 1, "everything to run again", 60)


def _and_without_crds(cluster: LocalCluster, namespace: str) -> None:
    """The CRDs go with all pools; their Deployments, pods and Services stay."""
    before = _running(cluster, namespace)
    code, said = _uninstall(cluster, "--yes", "--crds")
    assert code == _DONE, said
    assert cluster.kubectl("get", "crd", "-o", "name") == ""
    assert cluster.kubectl("get", "validatingadmissionpolicies,validatingadmissionpolicybindings") == ""
    assert cluster.api.items(f"{_APPS}/controllerrevisions", labelSelector="ampacity.io/accepted") == []
    assert _running(cluster, namespace) == before
    served = {"fast", "fast-hall", "gated", "gated-hall"}
    assert gateways.names(cluster, gateways.SERVICES, namespace) == served


def _pool(name: str, namespace: str, spec: Object) -> Object:
    template = {"spec": {"containers": [{"name": "main", "image": "example/main"}], **spec}}
    replicas = {"fast": 3, "gated": 2}[name]
    return {
        "apiVersion": objects.API,
        "kind": "GPUInferencePool",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": replicas,
            "priority": 10,
            "accelerators": ["round"],
            "template": template,
            "serving": {"port": 8000},
        },
    }


def _workload(kind: str, name: str, replicas: int) -> Object:
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": _template(name)}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def _template(name: str, **spec: Any) -> Object:
    return {"metadata": {"labels": {"app": name}}, "spec": {**objects.gated_pod(name)["spec"], **spec}}


def _job() -> Object:
    spec = {"template": _template("batch", restartPolicy="Never")}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "batch"}, "spec": spec}


def _cron_job() -> Object:
    spec = {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": _job()["spec"]}}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "nightly"}, "spec": spec}


def _pods(cluster: LocalCluster, namespace: str, name: str) -> list[Object]:
    """Running pods of a pool or app."""
    found = cluster.api.items(f"/api/v1/namespaces/{namespace}/pods")
    keys = ("ampacity.io/pool", "app")
    own = [pod for pod in found if name in [pod["metadata"].get("labels", {}).get(key) for key in keys]]
    return [pod for pod in own if pod["status"]["phase"] == "Running"]


def _running(cluster: LocalCluster, namespace: str) -> set[str]:
    pods = cluster.api.items(f"/api/v1/namespaces/{namespace}/pods")
    alive = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]
    return {pod["metadata"]["uid"] for pod in alive if pod["status"]["phase"] == "Running"}


def _waiting(cluster: LocalCluster, namespace: str) -> list[Object]:
    pods = cluster.api.items(f"/api/v1/namespaces/{namespace}/pods", fieldSelector="spec.nodeName=")
    return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]


def _replica_sets(cluster: LocalCluster, namespace: str) -> set[str]:
    found = cluster.api.items(f"{_APPS}/namespaces/{namespace}/replicasets")
    return {one["metadata"]["uid"] for one in found}


def _state(cluster: LocalCluster, namespace: str) -> dict[str, Any]:
    """What the command is there to change: templates by their generation, and pods that wait."""
    paths = (f"{_APPS}/namespaces/{namespace}/{kind}" for kind in ("deployments", "replicasets"))
    sets = {one["metadata"]["uid"]: one["metadata"]["generation"] for one in _all(cluster, *paths)}
    pods = {one["metadata"]["uid"]: one["spec"] for one in _waiting(cluster, namespace)}
    return sets | pods


def _all(cluster: LocalCluster, *paths: str) -> list[Object]:
    return [item for path in paths for item in cluster.api.items(path)]


def _finalizers(cluster: LocalCluster) -> set[str]:
    """Of all objects of ours, and all pods; the Job controller has one on its pods."""
    found = (one["metadata"].get("finalizers", []) for one in _all(cluster, *_EVERYWHERE))
    return {name for names in found for name in names}


def _marked(cluster: LocalCluster) -> list[Object]:
    found = cluster.api.items(f"{_APPS}/deployments")
    return [one for one in found if MARK in one["metadata"].get("annotations", {})]


def _uninstall(cluster: LocalCluster, *options: str) -> tuple[int, str]:
    done = subprocess.run(_command(cluster, *options), capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def _command(cluster: LocalCluster, *options: str) -> list[str]:
    return [str(AMPACITY), "uninstall", *options, "--kubeconfig", str(cluster.kubeconfig)]
