"""Two ways to carry out one kind of decision: by the pod's binding and by its gate, together on a full site.

One rack of two nodes, 2 kW idle each and 1 kW for each busy GPU, behind two feeds of 14 kW: ten GPUs' worth.
"""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from ampacity.audit.recorder import Recorder
from hack import settled
from hack.api import Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects

FIT = 10
FAST, GATE = "ampacity", "default-scheduler"
CLAIM = {"name": "models", "persistentVolumeClaim": {"claimName": "models"}}


def test_lifecycle_lanes_of_pods(stage: LocalCluster, operator: OperatorProcess, namespace: str) -> None:
    """Equal pods in either lane, or half in each, end at the same total; whoever waits is told why."""
    _site(stage)
    for lanes in ((FAST,), (GATE,), (FAST, GATE)):
        pods = [_pod(f"{len(lanes)}-{lanes[0]}-{i}", lanes[i % len(lanes)]) for i in range(16)]
        objects.create_pods(stage.api, namespace, pods)
        settled.wait(stage.api, 60, pods=16)
        assert sum(pod.running for pod in settled.gpu_pods(stage.api, namespace)) == FIT
        if lanes == (FAST,):
            _told_to_people(stage, namespace)
            _more_than_a_node(stage, namespace)
        _delete_all(stage, namespace)


def test_lifecycle_lanes_of_pools(stage: LocalCluster, recorder: Recorder, namespace: str) -> None:
    """A pool in each lane on a full site: rollout, scale to zero and back, a pod that its kubelet turns down,
    and the fast lane shut, which rolls its pool out."""
    _site(stage)
    _volume(stage, namespace)
    pools = f"{objects.GROUP_PATH}/namespaces/{namespace}/gpuinferencepools"
    with OperatorProcess(stage):
        stage.api.post(pools, _pool("plain", {}))
        stage.api.post(pools, _pool("mounts", {"volumes": [CLAIM]}))
        settled.wait(stage.api, 60, pods=FIT)
        before = _by_lane(stage, namespace)
        assert before.total() == FIT and set(before) == {("plain", FAST), ("mounts", GATE)}

        stage.api.patch(f"{pools}/plain", _spec({}, image="example/two"))
        _until(lambda: _images(stage, namespace, "plain") == {"example/two"}, "the rollout to end")
        _until(lambda: _by_lane(stage, namespace) == before, "as many to run as before")

        _turn_down(stage, namespace)
        _until(lambda: _by_lane(stage, namespace) == before, "another pod in place of the one turned down")

        stage.api.patch(f"{pools}/plain", {"spec": {"replicas": 0}})
        _until(lambda: set(_by_lane(stage, namespace)) == {("mounts", GATE)}, "the pool to be gone")
        settled.wait(stage.api, 60)
        stage.api.patch(f"{pools}/plain", {"spec": {"replicas": 8}})
        _until(lambda: _by_lane(stage, namespace).total() == FIT, "the site to be full again")
    with OperatorProcess(stage, extra={"AMPACITY_FAST_LANE": "false"}):
        _until(lambda: set(_by_lane(stage, namespace)) == {("mounts", GATE), ("plain", GATE)}, "all by gate")
        _until(lambda: _by_lane(stage, namespace).total() == FIT, "the site to be full by gate")


def _told_to_people(stage: LocalCluster, namespace: str) -> None:
    """A waiting pod in the fast lane: condition and Event in what `kubectl describe` shows."""
    waiting = next(pod for pod in settled.gpu_pods(stage.api, namespace) if pod.gated)
    assert waiting.powered[:2] == ("False", "InsufficientRedundancy")
    text = stage.kubectl("describe", "pod", waiting.name, "--namespace", namespace)
    assert ["ampacity.io/Powered", "False"] in [line.split() for line in text.splitlines()]
    assert waiting.powered[2] in text and "feed feed-a short by 1 kW if feed feed-b fails" in text


def _more_than_a_node(stage: LocalCluster, namespace: str) -> None:
    """What a binding does not give is said; a pod without GPUs gets a node also where no watt is left."""
    objects.create_pods(
        stage.api,
        namespace,
        [
            _pod("mounts", FAST, volumes=[CLAIM]),
            _pod("both", FAST, schedulingGates=[{"name": settled.GATE}]),
            _pod("tool", FAST, gpus=0),
        ],
    )
    _until(lambda: _reasons(stage, namespace, "mounts", "both") == {"NotBindable"}, "two pods to be told")
    _until(lambda: "tool" in _running(stage, namespace), "the pod without GPUs to run")
    gates = {"spec": {"schedulingGates": None}}
    stage.api.patch(f"/api/v1/namespaces/{namespace}/pods/both", gates, kind="merge")
    _until(lambda: _reasons(stage, namespace, "both") == {"InsufficientRedundancy"}, "one to be planned")


def _site(stage: LocalCluster) -> None:
    envelope = objects.two_feeds("hall", f"{2 * objects.IDLE_KW + FIT}kW", {"names": "r1"})
    objects.create(stage.api, objects.round_profile(), envelope)
    stage.add_nodes(objects.node_line(2, "r1", "hall"))


def _volume(stage: LocalCluster, namespace: str) -> None:
    """A volume that every node can mount, and a claim that is bound to it."""
    rest: Object = {"accessModes": ["ReadWriteMany"], "storageClassName": ""}
    volume = {"capacity": {"storage": "1Gi"}, "hostPath": {"path": "/models"}, **rest}
    stage.api.post("/api/v1/persistentvolumes", {"metadata": {"name": namespace}, "spec": volume})
    claim = {"volumeName": namespace, "resources": {"requests": {"storage": "1Gi"}}, **rest}
    path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims"
    stage.api.post(path, {"metadata": {"name": "models"}, "spec": claim})


def _pod(name: str, scheduler: str, *, gpus: int = 1, **spec: Any) -> Object:
    """A pod that waits for us in the lane that `scheduler` stands for."""
    pod = objects.gated_pod(name, gpus)
    if scheduler == FAST:
        pod["spec"]["schedulerName"] = FAST
        del pod["spec"]["schedulingGates"]
    if not gpus:
        del pod["spec"]["containers"][0]["resources"]
    pod["spec"] |= spec
    return pod


def _pool(name: str, pod: Object) -> Object:
    kind = {"apiVersion": objects.API, "kind": "GPUInferencePool"}
    return {**kind, "metadata": {"name": name}, **_spec(pod)}


def _spec(pod: Object, image: str = "example/one") -> Object:
    container = {"name": "main", "image": image}
    template = {"spec": {"containers": [container], "terminationGracePeriodSeconds": 1, **pod}}
    return {"spec": {"replicas": 8, "priority": 0, "accelerators": ["round"], "template": template}}


def _pods(stage: LocalCluster, namespace: str) -> list[Object]:
    found = stage.api.items(f"/api/v1/namespaces/{namespace}/pods")
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


def _running(stage: LocalCluster, namespace: str) -> dict[str, Object]:
    pods = _pods(stage, namespace)
    return {pod["metadata"]["name"]: pod for pod in pods if pod["status"].get("phase") == "Running"}


def _by_lane(stage: LocalCluster, namespace: str) -> Counter[tuple[str, str]]:
    """How many pods of each pool run, by the scheduler that they name."""
    pods = _running(stage, namespace).values()
    return Counter((_pool_of(pod), pod["spec"]["schedulerName"]) for pod in pods)


def _pool_of(pod: Object) -> str:
    pool: str = pod["metadata"]["labels"]["ampacity.io/pool"]
    return pool


def _images(stage: LocalCluster, namespace: str, pool: str) -> set[str]:
    pods = [pod for pod in _pods(stage, namespace) if _pool_of(pod) == pool]
    return {pod["spec"]["containers"][0]["image"] for pod in pods}


def _reasons(stage: LocalCluster, namespace: str, *names: str) -> set[str]:
    return {pod.powered[1] for pod in settled.gpu_pods(stage.api, namespace) if pod.name in names}


def _turn_down(stage: LocalCluster, namespace: str) -> None:
    """What a kubelet does with a pod for which its node has no CPU after all."""
    path = f"/api/v1/namespaces/{namespace}/pods"
    pods = _running(stage, namespace).items()
    name = next(name for name, pod in pods if pod["spec"]["schedulerName"] == FAST)
    stage.api.patch(f"{path}/{name}/status", {"status": {"phase": "Failed", "reason": "OutOfcpu"}})
    _until(lambda: name not in _running(stage, namespace), "the pod to have failed")


def _delete_all(stage: LocalCluster, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    stage.api.delete(path, gracePeriodSeconds="0")
    _until(lambda: not stage.api.names(path), "all pods to be gone")


def _until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, f"waited 60 s for {what}"
        time.sleep(0.3)
