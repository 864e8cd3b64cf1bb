"""Raw Kubernetes objects for tests, valid by default: say only what the test is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ampacity import names
from ampacity.translate.fleet.nodes import read_node
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.records import NodeRecord, PodRecord

GPU = "nvidia.com/gpu"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
READER = PodReader([GPU, "nvidia.com/mig-*"])

Json = dict[str, Any]


def container(name: str = "main", **sizes: str | int) -> Json:
    """A container; sizes are its requests: cpu="2", memory="1Gi", gpu=1."""
    requests = {GPU if key == "gpu" else key: str(size) for key, size in sizes.items()}
    return {"name": name, "image": "pause", "resources": {"requests": requests, "limits": requests}}


def pod_json(
    name: str = "p1",
    *,
    gpus: int = 1,
    namespace: str = "default",
    node: str = "",
    gated: bool = True,
    gates: Iterable[str] = (),
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    owner: tuple[str, str] | None = None,
    version: int = 1,
    phase: str = "Pending",
    **spec: Any,
) -> Json:
    """A pod: gated and waiting unless it has a node. `owner`: kind and name; `gates`: other people's."""
    all_gates = [*gates, *([names.GATE] if gated and not node else [])]
    metadata = {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-{name}",
        "resourceVersion": str(version),
        "creationTimestamp": "2026-11-23T08:00:00Z",
        "labels": dict(labels or {}),
    }
    if annotations:
        metadata["annotations"] = dict(annotations)
    if owner:
        metadata["ownerReferences"] = [{"kind": owner[0], "name": owner[1], "controller": True}]
    body = {"containers": [container(gpu=gpus) if gpus else container(cpu="1")], **spec}
    if node:
        body["nodeName"] = node
    if all_gates:
        body["schedulingGates"] = [{"name": gate} for gate in all_gates]
    return {"metadata": metadata, "spec": body, "status": {"phase": "Running" if node else phase}}


def pod(name: str = "p1", **more: Any) -> PodRecord:
    """The record of `pod_json`."""
    record = READER.read(pod_json(name, **more))
    assert record is not None
    return record


def node_json(
    name: str = "n1",
    *,
    site: str = "hall",
    rack: str = "r1",
    gpus: int = 8,
    unhealthy: int = 0,
    product: str = "h200",
    ready: bool = True,
    cpu: str = "128",
    labels: Mapping[str, str] | None = None,
    taints: Iterable[Mapping[str, str]] = (),
    unschedulable: bool = False,
    version: int = 1,
) -> Json:
    """A GPU node that stands in a rack; site or rack "" leaves the label out. `unhealthy`: of its GPUs."""
    places = {names.SITE: site, names.RACK: rack, "nvidia.com/gpu.product": product}
    sizes = {"cpu": cpu, "memory": "1Ti", "pods": "110"}
    return {
        "metadata": {
            "name": name,
            "uid": f"uid-{name}",
            "resourceVersion": str(version),
            "labels": {key: value for key, value in {**places, **(labels or {})}.items() if value},
        },
        "spec": {"taints": list(taints), **({"unschedulable": True} if unschedulable else {})},
        "status": {
            "capacity": {**sizes, **({GPU: str(gpus)} if gpus else {})},
            "allocatable": {**sizes, **({GPU: str(gpus - unhealthy)} if gpus else {})},
            "conditions": [{"type": "Ready", "status": "True" if ready else "Unknown"}],
        },
    }


def node(name: str = "n1", **more: Any) -> NodeRecord:
    """The record of `node_json`."""
    return read_node(node_json(name, **more))
