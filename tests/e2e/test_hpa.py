"""The real HorizontalPodAutoscaler controller scales a pool by its scale subresource, up and down.

`status.replicas` and the pods are what has a place. So while power is short the autoscaler asks for what the
load takes and no more, however long that lasts; and when the load falls, nothing that waits holds it up.
"""

from __future__ import annotations

import time

from hack.api import Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.e2e.metrics_api import MetricsApi, ready_pods
from tests.e2e.situations import edit, until
from tests.integration.controllers.steps import POOLS, pool

ROOM, MORE_ROOM = 4, 8
TARGET = 500
"""Milli-CPUs that a replica is to use: half of what it asks for."""

PATIENCE_S = 5.0
"""For how long the autoscaler must not move: it looks every two seconds."""


def test_hpa(stage: LocalCluster, operator: OperatorProcess, namespace: str) -> None:
    objects.create(
        stage.api, objects.round_profile(), objects.two_feeds("hall", _feed(ROOM), {"names": "r1"})
    )
    stage.add_nodes(objects.node_line(1, "r1", "hall"))
    stage.api.post(POOLS.format(namespace), _pool())
    with MetricsApi(stage, namespace) as metrics:
        metrics.load = 2 * TARGET
        stage.api.post(f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers", _autoscaler())
        _comes_to(stage, namespace, wanted=2, placed=2)
        metrics.load = 6 * TARGET
        _comes_to(stage, namespace, wanted=6, placed=ROOM)
        metrics.load = 3 * TARGET
        _comes_to(stage, namespace, wanted=3, placed=3)
        metrics.load = 6 * TARGET
        _comes_to(stage, namespace, wanted=6, placed=ROOM)
        edit(stage, "hall", domains=_domains(MORE_ROOM))
        _comes_to(stage, namespace, wanted=6, placed=6)


def _comes_to(cluster: LocalCluster, namespace: str, wanted: int, placed: int) -> None:
    """What the autoscaler asks for, and what has a place and is ready; and there it stays."""

    def seen() -> tuple[int, int, int]:
        scale = cluster.api.get(f"{POOLS.format(namespace)}/chat/scale")
        ready = len(ready_pods(cluster.api, namespace))
        return scale["spec"]["replicas"], scale["status"]["replicas"], ready

    until(lambda: seen() == (wanted, placed, placed), f"{wanted} wanted and {placed} placed")
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        assert seen() == (wanted, placed, placed)
        time.sleep(0.5)


def _pool() -> Object:
    found = pool("chat", 2, gpusPerReplica=1)
    found["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": f"{2 * TARGET}m"}}
    return found


def _autoscaler() -> Object:
    at_once = {
        "stabilizationWindowSeconds": 0,
        "policies": [{"type": "Pods", "value": 10, "periodSeconds": 1}],
    }
    target = {"type": "AverageValue", "averageValue": f"{TARGET}m"}
    spec = {
        "scaleTargetRef": {"apiVersion": objects.API, "kind": "GPUInferencePool", "name": "chat"},
        "minReplicas": 1,
        "maxReplicas": 20,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        "behavior": {"scaleUp": at_once, "scaleDown": at_once},
    }
    return {"metadata": {"name": "chat"}, "spec": spec}


def _feed(gpus: int) -> str:
    return f"{objects.IDLE_KW + gpus * objects.GPU_KW}kW"


def _domains(gpus: int) -> list[Object]:
    return [{"name": "feed-{f}", "type": "Feed", "capacity": _feed(gpus), "failureDomain": True}]
