"""Workloads of other people's: their controllers, their pods, and what stands in the way of those."""

from __future__ import annotations

from typing import Any

from ampacity import names
from hack.api import Api, Object

_APPS = "/apis/apps/v1/namespaces"
_SINCE_EVER = "1"
PORT = 8080


def template(name: str, site: str, port: int = 0) -> Object:
    """Gated pods of one GPU that may run at one site only; `port`: of the node, which each of them needs."""
    container: Object = {
        "name": "main",
        "image": "example/main",
        "resources": {"limits": {"nvidia.com/gpu": "1"}},
    }
    if port:
        container["ports"] = [{"containerPort": port, "hostPort": port}]
    return {
        "metadata": {"labels": {"app": name, names.SITE: site}},
        "spec": {"schedulingGates": [{"name": names.GATE}], "containers": [container]},
    }


def controller(kind: str, name: str, site: str, replicas: int, port: int = 0, **spec: Any) -> Object:
    """A Deployment or StatefulSet of such pods."""
    selector = {"matchLabels": {"app": name}}
    body = {"replicas": replicas, "selector": selector, "template": template(name, site, port), **spec}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": body}


def job(name: str, site: str, port: int = 0) -> Object:
    """A Job of one such pod, which it never makes anew."""
    made = template(name, site, port)
    made["spec"]["restartPolicy"] = "Never"
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"backoffLimit": 0, "template": made},
    }


def squatter(node: str, port: int = PORT) -> Object:
    """A pod without GPUs that takes a port of a node; the planner does not look at ports."""
    ports = [{"containerPort": port, "hostPort": port}]
    spec = {"nodeName": node, "containers": [{"name": "main", "image": "example/other", "ports": ports}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"squatter-{node}"}, "spec": spec}


def rival(site: str, *, eldest: bool = True) -> Object:
    """A bare pod that waits at that site; `eldest`: for longer than anybody else, so it comes before them."""
    made = template(f"rival-{site}", site)
    metadata = {"name": f"rival-{site}", **made["metadata"]}
    if eldest:
        metadata["annotations"] = {names.SINCE: _SINCE_EVER}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": made["spec"]}


def create(api: Api, namespace: str, *objects: Object) -> None:
    """Post them."""
    for one in objects:
        group = "/api/v1" if one["apiVersion"] == "v1" else f"/apis/{one['apiVersion']}"
        api.post(f"{group}/namespaces/{namespace}/{one['kind'].lower()}s", one)


def scale(api: Api, namespace: str, name: str, replicas: int) -> None:
    """Change a Deployment's replicas."""
    api.patch(f"{_APPS}/{namespace}/deployments/{name}", {"spec": {"replicas": replicas}})
