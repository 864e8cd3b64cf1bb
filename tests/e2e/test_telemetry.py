"""Demand that a real Prometheus measures: replicas follow it, and stay when nobody measures any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ampacity.audit.recorder import Recorder
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.e2e.demand import CENTRAL, PER_REPLICA, make_sites, pool
from tests.e2e.situations import until
from tests.e2e.watcher import deployments
from tests.metered import exporter, prometheus_program, real_prometheus

__all__ = ["prometheus_program"]

REGION = "europe"
QUERY = f'requests_per_second{{region="{REGION}"}}'
STAYS_S = 4.0


class Pool:
    """One pool whose demand is measured, with one replica as its floor."""

    def __init__(self, cluster: LocalCluster, namespace: str) -> None:
        self._cluster, self._namespace = cluster, namespace
        self._path = f"{objects.GROUP_PATH}/namespaces/{namespace}/gpuinferencepools"
        body = pool("chat", {REGION: 1})
        body["spec"]["demand"]["regions"][0]["query"] = QUERY
        cluster.api.post(self._path, body)

    @property
    def ready(self) -> int:
        found = deployments(self._cluster.api, self._namespace).values()
        return sum(one.get("status", {}).get("readyReplicas", 0) for one in found)

    @property
    def asked(self) -> int:
        return sum(
            one["spec"]["replicas"] for one in deployments(self._cluster.api, self._namespace).values()
        )

    @property
    def status(self) -> dict[str, Any]:
        return dict(self._cluster.api.get(f"{self._path}/chat").get("status", {}))

    @property
    def stale(self) -> str:
        """What its condition says, "" if it has none."""
        found = [one for one in self.status.get("conditions", ()) if one["type"] == "TelemetryStale"]
        return str(found[0]["message"]) if found else ""

    def stays(self, replicas: int) -> bool:
        """Whether no Deployment asks for fewer or more for a while."""
        return not _becomes(lambda: self.asked != replicas, STAYS_S)


def _becomes(holds: Any, within_s: float) -> bool:
    try:
        until(holds, "", within_s)
    except AssertionError:
        return False
    return True


@pytest.mark.timeout(1200)  # the first run builds Prometheus
def test_replicas_follow_what_is_measured(
    stage: LocalCluster, recorder: Recorder, namespace: str, tmp_path: Path, prometheus_program: Path
) -> None:
    make_sites(stage, [REGION], nodes=1, central=1)
    with exporter() as exported, real_prometheus(prometheus_program, tmp_path, exported.port) as prometheus:
        settings = {"AMPACITY_PROMETHEUS_URL": prometheus.url, "AMPACITY_TELEMETRY_INTERVAL": "1"}
        exported.set(europe=3 * PER_REPLICA)
        with OperatorProcess(stage, "measured-0", settings):
            chat = Pool(stage, namespace)
            until(lambda: chat.ready == 3, "three replicas for what is measured")
            exported.set(europe=5 * PER_REPLICA)
            until(lambda: chat.ready == 5, "five replicas for what is measured")
            prometheus.stop()
            until(lambda: "the last 45 requests/s" in chat.stale, "the pool to say that nobody measures")
            assert chat.stays(5)
        with OperatorProcess(stage, "measured-1", settings):
            assert chat.stays(5)
            assert chat.status["telemetry"][0]["requestsPerSecond"] == 5 * PER_REPLICA
            exported.set(europe=0.0)
            prometheus.start()
            until(lambda: chat.ready == 1 and not chat.stale, "the floor, as nobody asks for anything")
    assert {site for _, site in deployments(stage.api, namespace)} <= {REGION, CENTRAL}
