"""Simulated nodes and pods behave as kubelets make them behave, the unpleasant cases included."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from hack.api import ApiError
from hack.cluster import CommandFailed, LocalCluster

Object = dict[str, Any]


def test_nodes_of_a_line_take_pods_that_ask_for_gpus(fresh_cluster: LocalCluster, namespace: str) -> None:
    names = fresh_cluster.add_nodes("2 nodes of 8 x H100 in rack r07 of par1")
    _make_pod(fresh_cluster, namespace, "served", gpus=8)

    ready = _until(
        lambda: _pod(fresh_cluster, namespace, "served"), lambda pod: _condition(pod, "Ready") == "True"
    )

    assert names == ["par1-r07-1", "par1-r07-2"]
    assert ready["spec"]["nodeName"] in names
    assert ready["status"]["containerStatuses"][0]["state"].keys() == {"running"}


def test_a_kubelet_leaves_conditions_of_others_alone(fresh_cluster: LocalCluster, namespace: str) -> None:
    fresh_cluster.add_nodes("8 x H100 in rack r07 of par1")
    _make_pod(fresh_cluster, namespace, "marked", gpus=1, start="2s")
    mark = {"status": {"conditions": [{"type": "ampacity.io/Powered", "status": "True"}]}}
    fresh_cluster.api.patch(f"/api/v1/namespaces/{namespace}/pods/marked/status", mark, kind="strategic")

    ready = _until(
        lambda: _pod(fresh_cluster, namespace, "marked"), lambda pod: _condition(pod, "Ready") == "True"
    )

    assert _condition(ready, "ampacity.io/Powered") == "True"


def test_a_stuck_pod_stays_terminating_and_an_ordinary_one_goes(
    fresh_cluster: LocalCluster, namespace: str
) -> None:
    fresh_cluster.add_nodes("8 x H100 in rack r07 of par1")
    for name, annotations in (("stuck", {"termination": "stuck"}), ("plain", {})):
        _make_pod(fresh_cluster, namespace, name, gpus=1, **annotations)
        _until(lambda: _pod(fresh_cluster, namespace, name), lambda pod: _condition(pod, "Ready") == "True")  # noqa: B023
        fresh_cluster.api.delete(f"/api/v1/namespaces/{namespace}/pods/{name}")

    _until(
        lambda: fresh_cluster.api.names(f"/api/v1/namespaces/{namespace}/pods"),
        lambda names: "plain" not in names,
    )

    assert _pod(fresh_cluster, namespace, "stuck")["metadata"]["deletionTimestamp"]


@pytest.mark.parametrize(
    ("state", "status", "taint"),
    [
        ("NotReady", "False", "node.kubernetes.io/not-ready"),
        ("Unknown", "Unknown", "node.kubernetes.io/unreachable"),
    ],
)
def test_a_node_in_trouble_is_tainted_and_recovers(
    fresh_cluster: LocalCluster, state: str, status: str, taint: str
) -> None:
    (name,) = fresh_cluster.add_nodes("8 x L40S in rack r1 of mil")
    path = f"/api/v1/nodes/{name}"

    fresh_cluster.api.patch(path, _trouble(state))
    _until(
        lambda: fresh_cluster.api.get(path),
        lambda node: _condition(node, "Ready") == status and taint in _taints(node),
    )
    fresh_cluster.api.patch(path, _trouble(None))
    _until(
        lambda: fresh_cluster.api.get(path),
        lambda node: _condition(node, "Ready") == "True" and not _taints(node),
    )


def test_a_minted_token_has_the_rights_of_its_service_account_and_no_more(
    cluster: LocalCluster, namespace: str
) -> None:
    cluster.kubectl("create", "serviceaccount", "reader", "-n", namespace)
    account = f"--serviceaccount={namespace}:reader"
    cluster.kubectl("create", "rolebinding", "reader", "-n", namespace, "--clusterrole=view", account)
    config = str(cluster.kubeconfig_for(cluster.token(namespace, "reader")))

    assert cluster.kubectl("--kubeconfig", config, "get", "pods", "-n", namespace, "-o", "name") == ""
    with pytest.raises(CommandFailed, match="Forbidden"):
        cluster.kubectl("--kubeconfig", config, "get", "nodes")


def test_the_audit_log_has_refusals_and_who_they_were_for(cluster: LocalCluster, namespace: str) -> None:
    cluster.kubectl("create", "serviceaccount", "nobody", "-n", namespace)
    with pytest.raises(CommandFailed):
        cluster.kubectl(
            "--kubeconfig", str(cluster.kubeconfig_for(cluster.token(namespace, "nobody"))), "get", "nodes"
        )

    user = f"system:serviceaccount:{namespace}:nobody"
    requests = [json.loads(line) for line in cluster.audit_log.read_text().splitlines() if user in line]
    decisions = {
        request["annotations"]["authorization.k8s.io/decision"]
        for request in requests
        if request["user"]["username"] == user and request["requestURI"].startswith("/api/v1/nodes")
    }
    assert decisions == {"forbid"}


def test_reset_leaves_no_nodes_pods_or_namespaces(cluster: LocalCluster, namespace: str) -> None:
    cluster.add_nodes("8 x H100 in racks r[1-3] of par1")
    _make_pod(cluster, namespace, "stuck", gpus=1, termination="stuck")

    cluster.reset()

    assert cluster.api.names("/api/v1/nodes") == []
    with pytest.raises(ApiError, match="not found"):
        _pod(cluster, namespace, "stuck")


def _make_pod(cluster: LocalCluster, namespace: str, name: str, gpus: int, **simulation: str) -> None:
    container = {"name": "main", "image": "served", "resources": {"limits": {"nvidia.com/gpu": str(gpus)}}}
    annotations = {f"simulation.ampacity.io/{key}": value for key, value in simulation.items()}
    cluster.api.post(
        f"/api/v1/namespaces/{namespace}/pods",
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "annotations": annotations},
            "spec": {"containers": [container]},
        },
    )


def _pod(cluster: LocalCluster, namespace: str, name: str) -> Object:
    return cluster.api.get(f"/api/v1/namespaces/{namespace}/pods/{name}")


def _trouble(state: str | None) -> Object:
    return {"metadata": {"annotations": {"simulation.ampacity.io/condition": state}}}


def _condition(thing: Object, kind: str) -> str | None:
    conditions = thing["status"].get("conditions", ())
    return next((condition["status"] for condition in conditions if condition["type"] == kind), None)


def _taints(node: Object) -> set[str]:
    return {taint["key"] for taint in node["spec"].get("taints", ())}


def _until(look: Callable[[], Any], right: Callable[[Any], bool], limit_s: float = 20.0) -> Any:
    deadline = time.monotonic() + limit_s
    while not right(seen := look()):
        assert time.monotonic() < deadline, f"after {limit_s:.0f} s still {seen}"
        time.sleep(0.1)
    return seen
