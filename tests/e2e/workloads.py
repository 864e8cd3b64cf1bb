"""Workloads of other people's: their controllers, their pods, and what stands in the way of those."""

from __future__ import annotations

from typing import Any

from ampacity import names
from hack.api import Api, Object

_APPS = "/apis/apps/v1/namespaces"
_SINCE_EVER = "1"
ZONE = "topology.kubernetes.io/zone"
_PORTS = [{"containerPort": 8080, "hostPort": 8080}]


def template(name: str, site: str, claim: str = "") -> Object:
    """Gated pods of one GPU that may run at one site only; `claim`: of the volume that all of them mount."""
    container: Object = {
        "name": "main",
        "image": "example/main",
        "resources": {"limits": {"nvidia.com/gpu": "1"}},
    }
    spec: Object = {"schedulingGates": [{"name": names.GATE}], "containers": [container]}
    if claim:
        spec["volumes"] = [{"name": claim, "persistentVolumeClaim": {"claimName": claim}}]
    return {"metadata": {"labels": {"app": name, names.SITE: site}}, "spec": spec}


def controller(kind: str, name: str, site: str, replicas: int, claim: str = "", **spec: Any) -> Object:
    """A Deployment or StatefulSet of such pods."""
    selector = {"matchLabels": {"app": name}}
    body = {"replicas": replicas, "selector": selector, "template": template(name, site, claim), **spec}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": body}


def job(name: str, site: str, claim: str = "") -> Object:
    """A Job of one such pod, which it never makes anew."""
    made = template(name, site, claim)
    made["spec"]["restartPolicy"] = "Never"
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"backoffLimit": 0, "template": made},
    }


def volume(api: Api, namespace: str, claim: str, zone: str) -> None:
    """A volume of that zone, as its label says, and a claim that is bound to it."""
    rest: Object = {"accessModes": ["ReadWriteMany"], "storageClassName": ""}
    metadata = {"name": namespace, "labels": {ZONE: zone}}
    spec = {"capacity": {"storage": "1Gi"}, "hostPath": {"path": "/models"}, **rest}
    api.post("/api/v1/persistentvolumes", {"metadata": metadata, "spec": spec})
    asked = {"volumeName": namespace, "resources": {"requests": {"storage": "1Gi"}}, **rest}
    path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims"
    api.post(path, {"metadata": {"name": claim}, "spec": asked})


def squatter(node: str) -> Object:
    """A pod without GPUs that takes a port of a node."""
    spec = {"nodeName": node, "containers": [{"name": "main", "image": "example/other", "ports": _PORTS}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"squatter-{node}"}, "spec": spec}


def bound_to_port(name: str, site: str) -> Object:
    """A bare pod that waits at that site and needs the same port of its node."""
    made = template(name, site)
    made["spec"]["containers"][0]["ports"] = _PORTS
    return {"apiVersion": "v1", "kind": "Pod", **made, "metadata": {"name": name, **made["metadata"]}}


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
