"""Empties a cluster between tests, so that they do not see each other.

Deleting a namespace takes the namespace controller five seconds and more, so nothing waits for that: what
could disturb the next test (our resources, workloads, pods, nodes) is deleted directly, and empty namespaces
go away in the background.
"""

import time

from hack.api import Api, ApiError, Object, each

_SYSTEM = frozenset({"default", "kube-system", "kube-public", "kube-node-lease", "local-path-storage"})
_OURS = "ampacity.io"
_CATALOGUE = "ampacity-catalogue"
_WORKLOADS = (
    "batch/v1/cronjobs",
    "batch/v1/jobs",
    "apps/v1/deployments",
    "apps/v1/statefulsets",
    "apps/v1/daemonsets",
    "apps/v1/replicasets",
)
_CHART_MADE = (
    "rbac.authorization.k8s.io/v1/clusterroles",
    "rbac.authorization.k8s.io/v1/clusterrolebindings",
    "flowcontrol.apiserver.k8s.io/v1/flowschemas",
    "flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations",
)
_LIMIT_S = 60.0
_NOW: Object = {"gracePeriodSeconds": 0, "propagationPolicy": "Background"}


def reset(api: Api, node_selector: str = "", keep: tuple[str, ...] = ()) -> None:
    """Delete nodes, our resources, user namespaces and what charts made; wait until pods and nodes are gone.

    node_selector: which nodes; empty for all. keep: namespaces left alone, with the cluster-wide objects of
    the charts installed there and, as a running operator does not write it twice, its catalogue.
    """
    active = [
        namespace["metadata"]["name"]
        for namespace in api.items("/api/v1/namespaces")
        if namespace["status"]["phase"] == "Active"
    ]
    doomed = [name for name in active if name not in _SYSTEM.union(keep)]
    _delete_ours(api, spare_catalogue=bool(keep))
    each(lambda name: _delete_workloads(api, name), [*doomed, "default"])
    each(lambda name: _delete(api, f"/api/v1/namespaces/{name}"), doomed)
    _delete_chart_made(api, keep)
    _delete(api, "/api/v1/nodes", labelSelector=node_selector)
    _wait_until_empty(api, node_selector, keep)


def _delete_ours(api: Api, spare_catalogue: bool) -> None:
    for definition in api.items("/apis/apiextensions.k8s.io/v1/customresourcedefinitions"):
        spec = definition["spec"]
        if spec["group"] == _OURS:
            version = next(version["name"] for version in spec["versions"] if version["storage"])
            _delete_each(api, f"/apis/{_OURS}/{version}", spec["names"]["plural"], spare_catalogue)


def _delete_each(api: Api, group: str, plural: str, spare_catalogue: bool) -> None:
    # The API server lists a namespaced kind across namespaces, but does not delete it so.
    for item in api.items(f"{group}/{plural}"):
        metadata = item["metadata"]
        if spare_catalogue and any(
            each["manager"] == _CATALOGUE for each in metadata.get("managedFields", ())
        ):
            continue
        place = f"{group}/namespaces/{metadata['namespace']}" if "namespace" in metadata else group
        _delete(api, f"{place}/{plural}/{metadata['name']}")


def _delete_workloads(api: Api, namespace: str) -> None:
    for kind in _WORKLOADS:
        group, _, plural = kind.rpartition("/")
        _delete(api, f"/apis/{group}/namespaces/{namespace}/{plural}")
    _delete(api, f"/api/v1/namespaces/{namespace}/pods")


def _delete_chart_made(api: Api, keep: tuple[str, ...]) -> None:
    for kind in _CHART_MADE:
        for item in api.items(f"/apis/{kind}", labelSelector="app.kubernetes.io/managed-by=Helm"):
            release = item["metadata"].get("annotations", {}).get("meta.helm.sh/release-namespace")
            if release not in keep:
                _delete(api, f"/apis/{kind}/{item['metadata']['name']}")


def _wait_until_empty(api: Api, node_selector: str, keep: tuple[str, ...]) -> None:
    deadline = time.monotonic() + _LIMIT_S
    while (pods := _user_pods(api, keep)) or api.names(
        "/api/v1/nodes", labelSelector=node_selector, limit="1"
    ):
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"pods still there {_LIMIT_S:.0f} s after their deletion: {', '.join(pods[:10])}"
            )
        # A controller may have made another before it learned of its own deletion.
        each(lambda path: _delete(api, path), pods)
        time.sleep(0.1)


def _user_pods(api: Api, keep: tuple[str, ...]) -> list[str]:
    left_alone = _SYSTEM.union(keep) - {"default"}
    places = [pod["metadata"] for pod in api.items("/api/v1/pods")]
    return [
        f"/api/v1/namespaces/{pod['namespace']}/pods/{pod['name']}"
        for pod in places
        if pod["namespace"] not in left_alone
    ]


def _delete(api: Api, path: str, **query: str) -> None:
    """Delete an object or a collection; one that is gone or already going is no error."""
    try:
        api.request("DELETE", path, _NOW, query)
    except ApiError as error:
        if error.status not in (404, 409):
            raise
