"""The one API server of a cluster is killed in the middle of a burst, and started anew after a while.

For that time nobody knows or can change anything: not the operators, whose lease runs out, nor the scheduler,
the controllers and the kubelets. And a new API server may forbid what it will allow a second later.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ampacity import names
from ampacity.audit.recorder import Recorder
from hack import chart, settled
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.e2e.situations import create_pool, edit_pool, full_site, pods_at, running, until

DOWN_S = 6.0
"""Longer than the lease."""

QUICK = {"AMPACITY_RESYNC": "1", "AMPACITY_LEASE_DURATION": "4"}
PODS, REPLICAS, PODS_FIT, REPLICAS_FIT = 30, 12, 20, 10


@pytest.fixture
def alone() -> Iterator[LocalCluster]:
    """The chart on a control plane that nobody shares: elsewhere no call of an operator may be forbidden."""
    with LocalCluster(f"sole-{os.getpid()}") as cluster:
        chart.install(cluster)
        yield cluster


def test_lifecycle_of_a_sole_api_server(alone: LocalCluster, tmp_path: Path) -> None:
    stage, namespace = alone, "default"
    with Recorder(stage.kubeconfig, file=tmp_path / "history.jsonl") as recorder, ExitStack() as stack:
        objects.create(stage.api, objects.round_profile())
        full_site(stage, "hall", gpus=PODS_FIT, nodes=4)
        full_site(stage, "pooled", gpus=REPLICAS_FIT, nodes=2)
        operators = [
            stack.enter_context(OperatorProcess(stage, f"sole-{number}", extra=QUICK)) for number in range(2)
        ]
        create_pool(stage, namespace, "pooled", 4)
        objects.create_pods(stage.api, namespace, pods_at("hall", PODS))
        until(lambda: len(running(stage, namespace, "hall")) > 2, "the burst to begin")
        edit_pool(stage, namespace, "pooled", replicas=REPLICAS)
        before = _bound(stage, namespace)
        with stage.without("kube-apiserver"):
            time.sleep(DOWN_S)
        settled.wait(stage.api, 60, pods=PODS + REPLICAS_FIT)
        assert len(running(stage, namespace, "hall")) == PODS_FIT
        assert len(running(stage, namespace, "pooled")) == REPLICAS_FIT
        assert before.items() <= _bound(stage, namespace).items(), "a pod was lost, or moved"
        until(lambda: _fence(stage) == [], "all grants to be seen")
        assert [operator.ended for operator in operators] == [None, None]
    verdict = recorder.verdict()  # which has gaps: a new API server knows no versions from before it began
    assert not verdict.findings, verdict.text()
    assert verdict.grants >= PODS_FIT + REPLICAS_FIT


def _bound(stage: LocalCluster, namespace: str) -> dict[str, str]:
    """Nodes of all pods that have one, by uid."""
    return {pod.uid: pod.node for pod in settled.gpu_pods(stage.api, namespace) if pod.node}


def _fence(stage: LocalCluster) -> list[object]:
    """Grants that may still be under way."""
    path = f"/api/v1/namespaces/{chart.NAMESPACE}/configmaps/{names.HOLDS}"
    entries: list[object] = json.loads(stage.api.get(path)["data"]["ledger"])["fence"]
    return entries
