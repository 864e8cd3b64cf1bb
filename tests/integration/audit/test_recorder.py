"""The recorder on a real API server."""

from __future__ import annotations

from pathlib import Path

import pytest

from ampacity.audit.history import History
from ampacity.audit.recorder import Recorder, RecorderFailed
from ampacity.cli.main import main
from hack.cluster import LocalCluster


def pod(name: str) -> dict:
    gates = [{"name": "ampacity.io/power"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"schedulingGates": gates, "containers": [{"name": "main", "image": "example/main"}]},
    }


def test_nothing_that_the_server_has_escapes(cluster: LocalCluster, namespace: str, tmp_path: Path) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    names = [f"p{number}" for number in range(40)]
    with Recorder(cluster.kubeconfig, file=tmp_path / "history.jsonl") as recorder:
        for name in names:
            cluster.api.post(path, pod(name))
        for name in names[::2]:
            cluster.api.patch(f"{path}/{name}", {"metadata": {"labels": {"seen": "yes"}}}, kind="merge")
        for name in names[:10]:
            cluster.api.delete(f"{path}/{name}?gracePeriodSeconds=0")
    living = living_pods(recorder.records(), namespace)
    listed = [item["metadata"] for item in cluster.api.items(path)]
    assert living == {metadata["name"]: metadata["resourceVersion"] for metadata in listed}
    assert len((tmp_path / "history.jsonl").read_text().splitlines()) == len(recorder.records())


def test_a_gate_gone_without_a_reservation_is_found(cluster: LocalCluster, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    with Recorder(cluster.kubeconfig) as recorder:
        cluster.api.post(path, pod("free"))
        ungate = [{"op": "remove", "path": "/spec/schedulingGates/0"}]
        cluster.api.patch(f"{path}/free", ungate, kind="json")
        ours = [f for f in recorder.verdict().findings if f.subject == f"pod {namespace}/free"]
    assert [finding.fault for finding in ours] == ["GrantWithoutReservation"]


def test_an_api_server_that_nobody_reaches_is_said(tmp_path: Path) -> None:
    config = tmp_path / "kubeconfig"
    config.write_text(
        "{apiVersion: v1, kind: Config, current-context: x, users: [{name: x, user: {}}],"
        " contexts: [{name: x, context: {cluster: x, user: x}}],"
        " clusters: [{name: x, cluster: {server: 'http://127.0.0.1:9'}}]}"
    )
    with pytest.raises(RecorderFailed, match=r"did not start.*127\.0\.0\.1:9"), Recorder(config):
        pass


def living_pods(records: list[dict], namespace: str) -> dict[str, str]:
    """Name and version of the pods that exist at the end, by the recorded history."""
    history, living = History(), {}
    changes = sorted((c for r in records for c in history.add(r)), key=lambda change: change.version)
    for change in changes:
        if change.kind == "Pod":
            living.pop(change.uid, None)
            if change.object and change.object["metadata"]["namespace"] == namespace:
                living[change.uid] = change.object["metadata"]
    return {metadata["name"]: metadata["resourceVersion"] for metadata in living.values()}


def test_a_cluster_without_envelopes_is_not_judged_to_be_fine(
    fresh_cluster: LocalCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "--kubeconfig", str(fresh_cluster.kubeconfig)]) == 2
    assert "no SitePowerEnvelope is there" in capsys.readouterr().out
