"""One version follows another, and sometimes comes back: chart, CRDs, processes, and what they wrote."""

from __future__ import annotations

import json
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ampacity import names
from ampacity.audit.recorder import Recorder
from hack import chart, settled
from hack.access import CommandFailed
from hack.api import Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import documented, objects
from tests.e2e.situations import until

_POOL_CRD = "gpuinferencepools.ampacity.io"
_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_HALL = f"{objects.GROUP_PATH}/sitepowerenvelopes/hall"
_LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{chart.NAMESPACE}/leases/{names.LEASE}"
_HOLDS = f"/api/v1/namespaces/{chart.NAMESPACE}/configmaps/{names.HOLDS}"
_FULL = "13.2 kW"  # 12 kW over two feeds, whose shares may be out by a tenth
_NO_POD = " --set replicas=0"
_GUARD = f"crd-deletion.{names.GROUP}"
_KEPT = {"helm.sh/resource-policy": "keep"}
_POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"


@pytest.fixture
def older(stage: LocalCluster, tmp_path: Path) -> Iterator[LocalCluster]:
    """An earlier version of the chart is installed: it lacks a field, a column, a policy and some values."""
    folder = tmp_path / "ampacity"
    shutil.copytree(chart.CHART, folder)
    _make_older(folder)
    for kind in ("validatingadmissionpolicybindings", "validatingadmissionpolicies"):
        stage.kubectl("delete", kind, _GUARD)
    stage.helm("upgrade", chart.RELEASE, str(folder), "--namespace", chart.NAMESPACE, "--set", "replicas=0")
    yield stage
    chart.install(stage)


def test_lifecycle_upgrade(older: LocalCluster, namespace: str, recorder: Recorder) -> None:
    """Upgraded while pods wait, with the old and the new process side by side; then rolled back."""
    cluster, api = older, older.api
    assert _schema(cluster) == (False, False)
    old, new = OperatorProcess(cluster, identity="old"), OperatorProcess(cluster, identity="new")
    with old:
        _fill(cluster, namespace)
        before, waiting = _running(cluster, namespace), _waiting(cluster, namespace)
        assert (len(before), len(waiting)) == (8, 2)
        documented.run(cluster, documented.command("upgrade", "helm upgrade ampacity") + _NO_POD)
        assert _schema(cluster) == (True, True) and _GUARD in api.names(_POLICIES)
        new.start()
        new.wait_ready()
        assert api.get(_LEASE)["spec"]["holderIdentity"].startswith("old_")
    try:
        until(lambda: "ampacity_leader 1.0" in new.metrics(), "the new process to lead")
        assert (_running(cluster, namespace), _waiting(cluster, namespace)) == (before, waiting)
        assert api.patch(_pool_path(namespace), {"spec": {"priority": 7}})["spec"]["priority"] == 7
        api.patch(_HALL, _hall("14kW"))
        until(lambda: len(_running(cluster, namespace)) == 10, "what waited to run")
        documented.run(cluster, documented.command("upgrade", "helm rollback ampacity"))
        assert _schema(cluster) == (False, False)
        assert "priority" not in api.get(_pool_path(namespace))["spec"]
        settled.wait(api, 60, pods=10)
        assert _running(cluster, namespace) >= before
    finally:
        new.stop()


def test_lifecycle_upgrade_of_what_is_stored(stage: LocalCluster, namespace: str) -> None:
    """What a newer version adds is passed over where that is safe; another format is not read at all."""
    with OperatorProcess(stage, identity="first"):
        _fill(stage, namespace)
        until(lambda: _reserved(stage) == _FULL, "the envelope to show what is reserved")
    before = _running(stage, namespace)
    _add_what_nobody_knows(stage, namespace)
    with OperatorProcess(stage, identity="second") as second:
        until(lambda: "ampacity_leader 1.0" in second.metrics(), "the older version to lead")
        stage.api.patch(_HALL, _hall("12.5kW"))
        until(lambda: stage.api.get(_HALL)["status"]["observedGeneration"] == 2, "the envelope to be read")
        assert _reserved(stage) == _FULL
        assert _running(stage, namespace) == before and "novelty" not in _ledger(stage)
    _store(stage, _ledger(stage) | {"format": 2})
    third = OperatorProcess(stage, identity="third")
    third.start()
    try:
        _leaves_another_format_alone(stage, third, namespace)
    finally:
        third.stop()


def test_lifecycle_upgrade_adopts_crds(stage: LocalCluster) -> None:
    """CRDs that kubectl applied from an earlier version: Helm refuses them until it is told to take them."""
    chart.uninstall(stage)
    crds = str(chart.ROOT / "crds")
    stage.kubectl("annotate", "crd", "--all", f"{names.ALLOW_DELETION}=true")
    stage.kubectl("delete", "--filename", crds)
    stage.kubectl("apply", "--filename", crds)
    stage.kubectl("apply", "--filename", "-", input=yaml.safe_dump(_older_crd()))
    with pytest.raises(CommandFailed, match="cannot be imported into the current release"):
        chart.install(stage)
    documented.run(stage, documented.command("upgrade", "helm upgrade --install") + _NO_POD)
    assert _schema(stage) == (True, True)
    chart.install(stage)


def _leaves_another_format_alone(stage: LocalCluster, process: OperatorProcess, namespace: str) -> None:
    """It neither leads nor is ready, and says why; once it can read the ledger it leads, with no restart."""
    until(lambda: "its format is 2, this version reads 1" in _readiness(process), "it to say why")
    stage.api.patch(_HALL, _hall("14kW"))
    assert stage.api.get(_LEASE)["spec"]["holderIdentity"] == ""
    assert "ampacity_leader 0.0" in process.metrics() and len(_waiting(stage, namespace)) == 2
    _store(stage, _ledger(stage) | {"format": 1})
    until(lambda: not _waiting(stage, namespace), "the process to lead")
    process.wait_ready()


def _make_older(folder: Path) -> None:
    (folder / "templates" / "crds" / "uninstall-guard.yaml").unlink()
    (folder / "templates" / "flowcontrol.yaml").unlink()
    about, values = folder / "Chart.yaml", folder / "values.yaml"
    about.write_text(re.sub("(?m)^(version|appVersion): .*", r"\1: 0.0.9", about.read_text()))
    known = yaml.safe_load(values.read_text())
    del known["flowControl"]
    values.write_text(yaml.safe_dump(known))
    template = yaml.safe_dump(_older_crd() | {"metadata": {"name": _POOL_CRD, "annotations": _KEPT}})
    path = folder / "templates" / "crds" / "gpuinferencepools.yaml"
    path.write_text(template.replace("{{", '{{ "{{" }}'))


def _older_crd() -> Object:
    """The CRD of pools without a field, and without a column."""
    crd: Object = yaml.safe_load((chart.ROOT / "crds" / "gpuinferencepools.yaml").read_text(encoding="utf-8"))
    [version] = crd["spec"]["versions"]
    version["additionalPrinterColumns"] = [
        column for column in version["additionalPrinterColumns"] if column["name"] != "Waiting"
    ]
    del version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["priority"]
    return crd


def _schema(cluster: LocalCluster) -> tuple[bool, bool]:
    """Whether the CRD of pools has the field, and the column."""
    [version] = cluster.api.get(f"{_CRDS}/{_POOL_CRD}")["spec"]["versions"]
    fields = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    columns = [column["name"] for column in version["additionalPrinterColumns"]]
    return "priority" in fields, "Waiting" in columns


def _fill(cluster: LocalCluster, namespace: str) -> None:
    """8 of 10 pods run: 4 of a pool and 4 plain ones."""
    objects.create(cluster.api, objects.round_profile(), _hall("12kW"))
    cluster.add_nodes(objects.node_line(2, "r1", "hall"))
    template = {"spec": {"containers": [{"name": "main", "image": "example/main"}]}}
    spec = {"replicas": 4, "priority": 10, "accelerators": ["round"], "template": template}
    pool = {"apiVersion": objects.API, "kind": "GPUInferencePool", "metadata": {"name": "web"}, "spec": spec}
    cluster.api.post(_pool_path(namespace).rpartition("/")[0], pool)
    until(lambda: len(_running(cluster, namespace)) == 4, "the pool to run")
    objects.create_pods(cluster.api, namespace, [objects.gated_pod(f"p-{i}") for i in range(6)])
    settled.wait(cluster.api, 60, pods=10)


def _add_what_nobody_knows(cluster: LocalCluster, namespace: str) -> None:
    """As a newer version would: something more in the ledger, and in every reservation."""
    _store(cluster, _ledger(cluster) | {"novelty": {"a": [1]}})
    pods = f"/api/v1/namespaces/{namespace}/pods"
    for pod in cluster.api.items(pods):
        promise = pod["metadata"].get("annotations", {}).get(names.RESERVATION)
        if promise:
            text = json.dumps({"novelty": {"burst": 1}, **json.loads(promise)})
            changed = {"metadata": {"annotations": {names.RESERVATION: text}}}
            cluster.api.patch(f"{pods}/{pod['metadata']['name']}", changed)


def _ledger(cluster: LocalCluster) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cluster.api.get(_HOLDS)["data"]["ledger"])
    return found


def _store(cluster: LocalCluster, ledger: dict[str, Any]) -> None:
    cluster.api.patch(_HOLDS, {"data": {"ledger": json.dumps(ledger)}})


def _reserved(cluster: LocalCluster) -> str:
    return str(cluster.api.get(_HALL).get("status", {}).get("power", {}).get("reserved", ""))


def _hall(feed: str) -> Object:
    return objects.two_feeds("hall", feed, {"names": "r1"})


def _pool_path(namespace: str) -> str:
    return f"{objects.GROUP_PATH}/namespaces/{namespace}/gpuinferencepools/web"


def _running(cluster: LocalCluster, namespace: str) -> set[str]:
    return {pod.uid for pod in settled.gpu_pods(cluster.api, namespace) if pod.running}


def _waiting(cluster: LocalCluster, namespace: str) -> set[tuple[str, str, str]]:
    """Pods that wait, and the sentence that says why."""
    pods = settled.gpu_pods(cluster.api, namespace)
    return {(pod.uid, *pod.powered[1:]) for pod in pods if pod.gated}


def _readiness(process: OperatorProcess) -> str:
    """What /readyz says."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{process.port}/readyz", timeout=2) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as refusal:
        return refusal.read().decode()
    except OSError:
        return ""
