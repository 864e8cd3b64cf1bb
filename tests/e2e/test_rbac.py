"""The chart's roles are exactly what the operator needs: nothing is refused, nothing granted goes unused."""

import subprocess
import time
from collections.abc import Callable

from ampacity import names
from ampacity.catalogue import models
from hack import audit_log, chart, settled
from hack.api import Object
from hack.cluster import LocalCluster
from hack.demo_files import AMPACITY
from hack.operator_process import OperatorProcess
from tests.e2e import gateways, objects, workloads

_ROLES = "/apis/rbac.authorization.k8s.io/v1"
_MODELS = [str(document["metadata"]["name"]) for document in models()]
_PODS = 8  # of which 6 fit beside the pool's 4 replicas


def test_rbac(stage: LocalCluster, namespace: str) -> None:
    """A working day: sites and pools come, change and move; pods run and wait; the operator stops."""
    with gateways.installed(stage), OperatorProcess(stage, extra={"AMPACITY_BIND_TIMEOUT": "3"}):
        _day(stage, namespace)
    seen = list(audit_log.requests(stage.audit_log, chart.user(), chart.RELEASE))
    assert {(request.verb, request.uri) for request in seen if not request.allowed} == set()
    used = frozenset().union(*(request.rights for request in seen))
    assert sorted(_granted(stage) - used) == []


def test_rbac_of_people(stage: LocalCluster, namespace: str) -> None:
    """Whoever has the fleet viewer's role, and no other, can use the command line."""
    role, person = f"{chart.RELEASE}-fleet-viewer", f"--serviceaccount={namespace}:person"
    stage.kubectl("create", "serviceaccount", "person", "--namespace", namespace)
    stage.kubectl("create", "clusterrolebinding", namespace, f"--clusterrole={role}", person)
    try:
        kubeconfig = stage.kubeconfig_for(stage.token(namespace, "person"))
        subprocess.run([AMPACITY, "top", "--kubeconfig", kubeconfig], check=True)
    finally:
        stage.kubectl("delete", "clusterrolebinding", namespace)


def _day(cluster: LocalCluster, namespace: str) -> None:
    sites = [_site("north", 14), _site("south", 14)]
    objects.create(cluster.api, objects.round_profile(), *sites)
    cluster.add_nodes(*(objects.node_line(2, "r1", site["metadata"]["name"]) for site in sites))
    path = f"{objects.GROUP_PATH}/namespaces/{namespace}/gpuinferencepools"
    pool = cluster.api.post(path, _pool(namespace, "north"))
    settled.wait(cluster.api, 90)
    _until(lambda: _models_in_force(cluster), "the catalogue's models to be in force")
    objects.create_pods(cluster.api, namespace, [_pod(f"p-{i}", "north") for i in range(_PODS)])
    settled.wait(cluster.api, 90, pods=_PODS)
    assert sum(pod.gated for pod in settled.gpu_pods(cluster.api, namespace)) == 2
    cluster.api.patch(f"{objects.GROUP_PATH}/sitepowerenvelopes/north", _site("north", 15))
    moved = {"spec": {"placement": _at("south")}}
    cluster.api.patch(f"{path}/{pool['metadata']['name']}", moved)
    deployments = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    _until(lambda: cluster.api.names(deployments) == ["web-south"], "the pool to move to the south")
    _reached(cluster, namespace, f"{path}/{pool['metadata']['name']}")
    revisions = f"/apis/apps/v1/namespaces/{chart.NAMESPACE}/controllerrevisions"
    _until(lambda: _generations(cluster, revisions, "north") == [2], "the second generation on record")
    _give_back(cluster, namespace)


def _reached(cluster: LocalCluster, namespace: str, pool: str) -> None:
    """What the pool was reached by in the north is gone; then all of it goes."""
    kinds = (gateways.SERVICES, gateways.INFERENCE_POOLS, gateways.ROUTES)
    found = lambda: [gateways.names(cluster, kind, namespace) for kind in kinds]  # noqa: E731
    south = {"web-south"}
    _until(lambda: found() == [south | {"web"}, south, {"web-entry"}], "Services, InferencePools and routes")
    cluster.api.patch(pool, {"spec": {"serving": None}})
    _until(lambda: not any(found()), "them to go")


def _give_back(cluster: LocalCluster, namespace: str) -> None:
    """A pod that no scheduler can bind is evicted."""
    objects.create(cluster.api, _site("east", 14))
    (node,) = cluster.add_nodes(objects.node_line(1, "r1", "east"))
    cluster.api.patch(f"/api/v1/nodes/{node}", {"metadata": {"labels": {workloads.ZONE: "here"}}})
    workloads.volume(cluster.api, namespace, "models", zone="there")
    workloads.create(
        cluster.api, namespace, workloads.controller("StatefulSet", "stuck", "east", 1, "models")
    )
    backing_off = lambda pod: pod.name == "stuck-0" and pod.powered[1] == "BackingOff"  # noqa: E731
    _until(lambda: any(map(backing_off, settled.gpu_pods(cluster.api, namespace))), "its successor to rest")


def _site(name: str, feed_kw: int) -> Object:
    envelope = objects.two_feeds(name, f"{feed_kw}kW", {"names": "r1"})
    envelope["metadata"]["labels"] = {"region": name}
    return envelope


def _pod(name: str, site: str) -> Object:
    pod = objects.gated_pod(name)
    pod["metadata"]["labels"] = {names.SITE: site}
    return pod


def _pool(namespace: str, region: str) -> Object:
    return {
        "apiVersion": objects.API,
        "kind": "GPUInferencePool",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {
            "replicas": 4,
            "priority": 10,
            "accelerators": ["round"],
            "placement": _at(region),
            "serving": {"port": 8000, "gateways": [{"name": "entry"}]},
            "template": {"spec": {"containers": [{"name": "main", "image": "example/main"}]}},
        },
    }


def _at(region: str) -> Object:
    return {"siteSelector": {"matchLabels": {"region": region}}}


def _models_in_force(cluster: LocalCluster) -> bool:
    items = cluster.api.items(f"{objects.GROUP_PATH}/modelprofiles")
    usable = [item["status"].get("usable") for item in items]
    return [item["metadata"]["name"] for item in items] == _MODELS and all(usable)


def _generations(cluster: LocalCluster, path: str, owner: str) -> list[int]:
    items = cluster.api.items(path)
    return [one["revision"] for one in items if one["data"]["name"] == owner]


def _until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, f"waited 60 s for {what}"
        time.sleep(0.2)


def _granted(cluster: LocalCluster) -> set[audit_log.Right]:
    everywhere = cluster.api.get(f"{_ROLES}/clusterroles/{chart.RELEASE}")
    at_home = cluster.api.get(f"{_ROLES}/namespaces/{chart.NAMESPACE}/roles/{chart.RELEASE}")
    return audit_log.granted("ClusterRole", everywhere["rules"]) | audit_log.granted("Role", at_home["rules"])
