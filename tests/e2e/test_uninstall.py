"""Uninstalling leaves what runs alone, and the documented commands hand everything back to the scheduler."""

import time
from collections.abc import Callable

from hack import chart, settled
from hack.api import Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import documented, objects

OTHER_GATE = "example.com/quota"


def test_uninstall(stage: LocalCluster, namespace: str) -> None:
    """A pool, plain pods, some of which wait, one with somebody's gate before ours; then Ampacity goes."""
    with OperatorProcess(stage):
        objects.create(stage.api, objects.round_profile(), objects.two_feeds("hall", "12kW", {"names": "r1"}))
        stage.add_nodes(objects.node_line(2, "r1", "hall"))
        stage.api.post(f"{objects.GROUP_PATH}/namespaces/{namespace}/gpuinferencepools", _pool(namespace))
        objects.create_pods(stage.api, namespace, [objects.gated_pod(f"p-{i}") for i in range(10)])
        _create_doubly_gated(stage, namespace)
        settled.wait(stage.api, 90, pods=11)
    ran = _running(stage, namespace)
    assert len(ran) == 8
    try:
        chart.uninstall(stage)
        assert _running(stage, namespace) == ran
        assert stage.api.names(f"{objects.GROUP_PATH}/sitepowerenvelopes") == ["hall"]
        documented.run(stage, documented.block("uninstall", "kubectl delete gpuinferencepools"))
        _until(lambda: len(_running(stage, namespace)) == 14, "the pool's 4 and the 10 plain pods to run")
        assert _gates(stage, namespace) == {"doubly": [OTHER_GATE]}
    finally:
        chart.install(stage)


def _pool(namespace: str) -> Object:
    template = {"spec": {"containers": [{"name": "main", "image": "example/main"}]}}
    spec = {"replicas": 4, "priority": 10, "accelerators": ["round"], "template": template}
    metadata = {"name": "web", "namespace": namespace}
    return {"apiVersion": objects.API, "kind": "GPUInferencePool", "metadata": metadata, "spec": spec}


def _create_doubly_gated(cluster: LocalCluster, namespace: str) -> None:
    pod = objects.gated_pod("doubly")
    pod["spec"]["schedulingGates"].insert(0, {"name": OTHER_GATE})
    objects.create_pods(cluster.api, namespace, [pod])


def _gates(cluster: LocalCluster, namespace: str) -> dict[str, list[str]]:
    """Scheduling gates of the pods that still have any."""
    pods = cluster.api.items(f"/api/v1/namespaces/{namespace}/pods")
    found = {pod["metadata"]["name"]: pod["spec"].get("schedulingGates", ()) for pod in pods}
    return {name: [gate["name"] for gate in gates] for name, gates in found.items() if gates}


def _running(cluster: LocalCluster, namespace: str) -> set[str]:
    pods = cluster.api.items(f"/api/v1/namespaces/{namespace}/pods")
    return {pod["metadata"]["uid"] for pod in pods if pod["status"].get("phase") == "Running"}


def _until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, f"waited 60 s for {what}"
        time.sleep(0.3)
