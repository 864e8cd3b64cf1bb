"""Simulated GPU nodes from one-line shapes, a thousand in seconds.

A node is posted with its status: capacity, addresses, Ready. KWOK then keeps its lease and its heartbeat, so
that the node-lifecycle controller finds nothing wrong with it.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from hack import shape_line
from hack.api import Api, Object, each

_PODS = 110
SIMULATED = "simulation.ampacity.io/node=true"
_LABELS = {"kubernetes.io/os": "linux", "simulation.ampacity.io/node": "true"}
_HEALTHY = {"Ready": "True", "MemoryPressure": "False", "DiskPressure": "False", "PIDPressure": "False"}


@cache
def table() -> dict[str, Any]:
    """Product to its server: resource, cpu, memory, labels."""
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "shapes.yaml").read_text())
    return found


def create(api: Api, lines: Iterable[str]) -> list[str]:
    """Create the nodes of the lines, ready for pods. Returns their names: `<site>-<rack>-<number>`."""
    nodes = list(build(lines, set(api.names("/api/v1/nodes"))))
    return each(lambda node: _create_one(api, node), nodes)


def _create_one(api: Api, node: Object) -> str:
    created = api.post("/api/v1/nodes", node)
    name: str = created["metadata"]["name"]
    if created["spec"].get("taints"):
        # The API server taints every new node until the node-lifecycle controller has seen it Ready, which
        # takes that one 10 s and more for a thousand nodes.
        api.patch(f"/api/v1/nodes/{name}", {"spec": {"taints": None}})
    return name


def build(lines: Iterable[str], taken: set[str] | None = None) -> Iterator[Object]:
    """The Node objects of the lines, numbered on from the names taken in a rack."""
    taken = set() if taken is None else set(taken)
    for shape in map(shape_line.parse, lines):
        for rack in shape.racks:
            for _ in range(shape.nodes_per_rack):
                name = _free_name(f"{shape.site}-{rack}", taken)
                taken.add(name)
                yield _node(name, rack, shape)


def _free_name(prefix: str, taken: set[str]) -> str:
    number = 1
    while f"{prefix}-{number}" in taken:
        number += 1
    return f"{prefix}-{number}"


def _node(name: str, rack: str, shape: shape_line.Shape) -> Object:
    server = _server(shape.product)
    labels = {
        **_LABELS,
        "kubernetes.io/hostname": name,
        "kubernetes.io/arch": server.get("arch", "amd64"),
        "ampacity.io/site": shape.site,
        "ampacity.io/rack": rack,
        **server["labels"],
        **_counts(server["resource"], shape.gpus),
        **shape.labels,
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "status": _status(name, server, shape.gpus),
    }


def _server(product: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = table()[product]
    except KeyError:
        raise ValueError(
            f"no server with {product!r} in hack/shapes.yaml; there are {', '.join(table())}"
        ) from None
    return found


def _counts(resource: str, gpus: int) -> dict[str, str]:
    if resource != "nvidia.com/gpu":
        return {}
    return {
        "nvidia.com/gpu.count": str(gpus),
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.replicas": "1",
    }


def _status(name: str, server: dict[str, Any], gpus: int) -> Object:
    offered = {
        "cpu": str(server["cpu"]),
        "memory": server["memory"],
        "pods": str(_PODS),
        server["resource"]: str(gpus),
        "ephemeral-storage": "1Ti",
    }
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    conditions = [
        {
            "type": kind,
            "status": status,
            "reason": "Simulated",
            "message": "",
            "lastHeartbeatTime": now,
            "lastTransitionTime": now,
        }
        for kind, status in _HEALTHY.items()
    ]
    return {
        "capacity": offered,
        "allocatable": offered,
        "conditions": conditions,
        "phase": "Running",
        "addresses": [{"type": "Hostname", "address": name}, {"type": "InternalIP", "address": "127.0.0.1"}],
        "nodeInfo": _node_info(server),
    }


def _node_info(server: dict[str, Any]) -> Object:
    simulated = dict.fromkeys(
        (
            "machineID",
            "systemUUID",
            "bootID",
            "kernelVersion",
            "osImage",
            "containerRuntimeVersion",
            "kubeletVersion",
            "kubeProxyVersion",
        ),
        "simulated",
    )
    return {**simulated, "operatingSystem": "linux", "architecture": server.get("arch", "amd64")}
