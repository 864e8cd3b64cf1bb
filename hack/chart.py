"""Install the chart, and read back what its operator would run with.

No kubelet exists on the local control plane, so the chart is installed with `replicas: 0`; the process
itself runs as `hack.operator_process`. Its environment, arguments, catalogue and rights are taken from the
installed objects: a setting or a right that the chart lacks fails here as it would fail in a pod.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hack.access import Cluster

ROOT = Path(__file__).resolve().parent.parent
CHART = ROOT / "charts" / "ampacity"
NAMESPACE = "ampacity-system"
RELEASE = "ampacity"


def install(cluster: Cluster, settings: Sequence[str] = ()) -> None:
    """Install or upgrade the chart without a running pod. `settings`: further `key=value` for --set."""
    values = [word for setting in ("replicas=0", *settings) for word in ("--set", setting)]
    place = ["--namespace", NAMESPACE, "--create-namespace"]
    _wait_while_terminating(cluster)
    cluster.helm("upgrade", "--install", RELEASE, str(CHART), *place, *values)


def _wait_while_terminating(cluster: Cluster) -> None:
    """An earlier namespace of ours may still be on its way out; nothing can be created in it then."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = cluster.api.items("/api/v1/namespaces", fieldSelector=f"metadata.name={NAMESPACE}")
        if all(namespace["status"]["phase"] == "Active" for namespace in found):
            return
        time.sleep(0.2)


def uninstall(cluster: Cluster) -> None:
    """Remove the release. The CRDs stay."""
    cluster.helm("uninstall", RELEASE, "--namespace", NAMESPACE, "--wait")


def command(cluster: Cluster) -> list[str]:
    """The arguments of the chart's container."""
    return list(_container(cluster).get("args", ()))


def environment(cluster: Cluster, pod: str) -> dict[str, str]:
    """The environment of the chart's container in a pod of that name."""
    fields = {"metadata.namespace": NAMESPACE, "metadata.name": pod}
    return {item["name"]: _value(item, fields) for item in _container(cluster)["env"]}


def catalogue(cluster: Cluster) -> dict[str, str]:
    """The files of the mounted catalogue."""
    return dict(_get(cluster, "/api/v1", f"configmaps/{RELEASE}-catalogue")["data"])


def user() -> str:
    """The name under which the API server knows the operator."""
    return f"system:serviceaccount:{NAMESPACE}:{RELEASE}"


def _container(cluster: Cluster) -> Mapping[str, Any]:
    template = _get(cluster, "/apis/apps/v1", f"deployments/{RELEASE}")["spec"]["template"]
    containers: list[Mapping[str, Any]] = template["spec"]["containers"]
    return containers[0]


def _get(cluster: Cluster, group: str, name: str) -> dict[str, Any]:
    return cluster.api.get(f"{group}/namespaces/{NAMESPACE}/{name}")


def _value(item: Mapping[str, Any], fields: Mapping[str, str]) -> str:
    if "valueFrom" in item:
        return fields[item["valueFrom"]["fieldRef"]["fieldPath"]]
    return str(item.get("value", ""))
