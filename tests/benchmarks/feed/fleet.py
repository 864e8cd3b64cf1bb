"""A fleet as an API server would send it: nodes and pods as JSON text, as large as real ones.

Each object is a template with marks, filled in by number. Half of the pods run on one GPU each and
carry a reservation; the rest are what else runs on a node: agents of its DaemonSets and small services.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tests.e2e.objects import GPU_KW, PRODUCT

SITE, RACKS_OF = "hall", 8
"""Nodes in a rack."""
BEGIN = 1_000
"""resourceVersion of the list; object number n was last changed at n + 1."""

_MARK = re.compile(r"@(\w+)@")
_AGENTS, _DEPLOYMENTS, _SERVICES = 3, 400, 900
_MILLIWATTS = GPU_KW * 1_000_000

Text = Callable[[dict[str, str]], str]


def rack_of(node: int) -> str:
    return f"r{node // RACKS_OF:05}"


def node_name(node: int) -> str:
    return f"{SITE}-{rack_of(node)}-{node % RACKS_OF}"


def node(number: int, version: int) -> str:
    """The Node of that number at that version."""
    return _NODE(
        {"name": node_name(number), "n": f"{number:06}", "rack": rack_of(number), "version": str(version)}
    )


def pod(number: int, nodes: int, version: int) -> str:
    """The Pod of that number, even ones with a GPU, at that version."""
    place, among = (number // 2) % nodes, number // 2 // nodes
    marks = {
        "n": f"{number:07}",
        "node": node_name(place),
        "rack": rack_of(place),
        "version": str(version),
        "ip": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
    }
    if number % 2 == 0:
        return _GPU_POD({**marks, "app": f"model-{place % _DEPLOYMENTS:03}"})
    if among < _AGENTS:
        return _AGENT({**marks, "app": f"agent-{among}"})
    return _SERVICE({**marks, "app": f"service-{place % _SERVICES:03}"})


def _template(obj: dict[str, Any]) -> Text:
    parts = _MARK.split(json.dumps(obj, separators=(",", ":")))
    texts, marks = parts[::2], parts[1::2]

    def fill(values: dict[str, str]) -> str:
        filled = [texts[0]]
        for mark, text in zip(marks, texts[1:], strict=True):
            filled += (values[mark], text)
        return "".join(filled)

    return fill


def _metadata(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "uid": "00000000-0000-4000-8000-00000@n@",
        "resourceVersion": "@version@",
        "creationTimestamp": "2026-11-20T08:00:00Z",
        **more,
    }


def _managed(*paths: str) -> list[dict[str, Any]]:
    """As server-side apply keeps them; they are about a third of a pod."""
    fields: dict[str, Any] = {f"f:{path}": {".": {}, "f:value": {}, "f:name": {}} for path in paths}
    one = {
        "manager": "kube-controller-manager",
        "operation": "Update",
        "apiVersion": "v1",
        "time": "2026-11-20T08:00:00Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:metadata": fields},
    }
    return [one, {**one, "manager": "kubelet", "subresource": "status"}]


def _pod(
    namespace: str, labels: dict[str, str], owner: tuple[str, str], resources: Any, **metadata: Any
) -> Text:
    kind, name = owner
    described = _metadata(
        f"@app@-{'5d8c7b6f4' if kind == 'ReplicaSet' else 'x'}-@n@",
        namespace=namespace,
        labels=labels,
        ownerReferences=[{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": "0-@app@",
                          "controller": True, "blockOwnerDeletion": True}],
        managedFields=_managed(*(f"part-{n}" for n in range(10))),
        **metadata,
    )  # fmt: skip
    return _template(
        {
            "metadata": described,
            "spec": _pod_spec(resources),
            "status": _pod_status("annotations" in metadata),
        }
    )


def _pod_spec(resources: Any) -> dict[str, Any]:
    container = {
        "name": "main",
        "image": "registry.example/team/@app@:v1.2.3",
        "env": [{"name": f"SETTING_{n}", "value": f"value-of-setting-{n}"} for n in range(12)],
        "volumeMounts": [{"name": f"volume-{n}", "mountPath": f"/mnt/{n}"} for n in range(4)],
        "resources": resources,
        "imagePullPolicy": "IfNotPresent",
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "livenessProbe": {"httpGet": {"path": "/live", "port": 8080}, "periodSeconds": 10},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 5},
    }
    return {
        "nodeName": "@node@",
        "containers": [container],
        "priority": 0,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "serviceAccountName": "default",
        "terminationGracePeriodSeconds": 30,
        "tolerations": [
            {"key": f"node.kubernetes.io/{what}", "operator": "Exists", "effect": "NoExecute"}
            for what in ("not-ready", "unreachable", "disk-pressure")
        ],
        "volumes": [{"name": f"volume-{n}", "configMap": {"name": f"settings-{n}"}} for n in range(4)],
    }


def _pod_status(powered: bool) -> dict[str, Any]:
    kinds = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
    since = {"lastTransitionTime": "2026-11-20T08:00:05Z"}
    conditions = [{"type": kind, "status": "True", "lastProbeTime": None, **since} for kind in kinds]
    if powered:
        told = {"status": "True", "reason": "Granted", "message": "1 kW reserved"}
        conditions.append({"type": "ampacity.io/Powered", **told, **since})
    state = {
        "name": "main",
        "ready": True,
        "restartCount": 0,
        "state": {"running": {}},
        "image": "@app@",
        "imageID": "sha256:@n@",
        "containerID": "containerd://@n@",
    }
    return {
        "phase": "Running",
        "conditions": conditions,
        "hostIP": "10.0.0.1",
        "podIP": "@ip@",
        "podIPs": [{"ip": "@ip@"}],
        "startTime": "2026-11-20T08:00:01Z",
        "containerStatuses": [state],
        "qosClass": "Burstable",
    }


def _reservation() -> str:
    return json.dumps(
        {"site": SITE, "rack": "@rack@", "node": "@node@", "profile": "round-8", "power": _MILLIWATTS,
         "air": _MILLIWATTS, "liquid": 0, "generation": 1, "fence": "1.1"},
        separators=(",", ":"),
    )  # fmt: skip


def _node() -> Text:
    gpu = {f"nvidia.com/gpu.{key}": "1" for key in ("present", "family", "memory", "compute.major")}
    features = {f"feature.node.kubernetes.io/cpu-cpuid.F{n}": "true" for n in range(25)}
    labels = {
        "kubernetes.io/hostname": "@name@",
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/zone": "zone-a",
        "node.kubernetes.io/instance-type": "bare-8",
        "ampacity.io/site": SITE,
        "ampacity.io/rack": "@rack@",
        "nvidia.com/gpu.product": PRODUCT,
        "nvidia.com/gpu.count": "8",
        **gpu,
        **features,
    }
    offered = {"cpu": "192", "memory": "2113389Mi", "pods": "250", "nvidia.com/gpu": "8",
               "ephemeral-storage": "1Ti", "hugepages-1Gi": "0", "hugepages-2Mi": "0"}  # fmt: skip
    conditions = [
        {"type": kind, "status": "True" if kind == "Ready" else "False", "reason": f"Kubelet{kind}",
         "message": f"kubelet says {kind}", "lastHeartbeatTime": "2026-11-20T08:00:05Z",
         "lastTransitionTime": "2026-11-20T08:00:05Z"}
        for kind in ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready")
    ]  # fmt: skip
    images = [
        {"names": [f"registry.example/team/image-{n}@sha256:{n:064x}", f"registry.example/team/image-{n}:v1"],
         "sizeBytes": 123456789 + n}
        for n in range(50)
    ]  # fmt: skip
    metadata = _metadata("@name@", labels=labels, annotations={"node.alpha.kubernetes.io/ttl": "0"},
                         managedFields=_managed(*(f"label-{n}" for n in range(20))))  # fmt: skip
    status = {
        "capacity": offered,
        "allocatable": offered,
        "conditions": conditions,
        "images": images,
        "addresses": [{"type": "Hostname", "address": "@name@"}],
        "nodeInfo": {"kubeletVersion": "v1.37.2", "osImage": "linux", "architecture": "amd64"},
    }
    return _template({"metadata": metadata, "spec": {"podCIDR": "10.0.0.0/24"}, "status": status})


_LIMITS = {"nvidia.com/gpu": "1", "memory": "200Gi"}
_GPU = {"limits": _LIMITS, "requests": {**_LIMITS, "cpu": "8"}}
_SMALL = {"limits": {"memory": "1Gi"}, "requests": {"cpu": "250m", "memory": "512Mi"}}

_NODE = _node()
_GPU_POD = _pod(
    "models",
    {"app": "@app@", "pod-template-hash": "5d8c7b6f4", "ampacity.io/pool": "@app@", "ampacity.io/site": SITE},
    ("ReplicaSet", "@app@-5d8c7b6f4"),
    _GPU,
    annotations={"ampacity.io/reservation": _reservation(), "ampacity.io/accelerators": "round-8"},
)
_AGENT = _pod("agents", {"app": "@app@", "controller-revision-hash": "7f9c"}, ("DaemonSet", "@app@"), _SMALL)
_SERVICE = _pod(
    "services", {"app": "@app@", "pod-template-hash": "5d8c7b6f4"}, ("ReplicaSet", "@app@-5d8c7b6f4"), _SMALL
)
