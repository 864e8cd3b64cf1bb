"""What these tests do and look at again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from hack import chart
from hack.api import Api, Object
from tests.e2e.objects import API, GROUP_PATH

POOLS = f"{GROUP_PATH}/namespaces/{{}}/gpuinferencepools"
LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{chart.NAMESPACE}/leases/ampacity-leader"


def eventually(holds: Callable[[], Any], timeout: float = 30) -> Any:
    """The first truthy answer; the last one if there is none in time, so that a failing test shows it."""
    deadline = time.monotonic() + timeout
    while not (answer := holds()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


def site(name: str, tier: str, rack_limit: str, racks: str = "r[1-2]") -> Object:
    """A site with one PDU of 100 kW over racks that have limits of their own."""
    return {
        "apiVersion": API,
        "kind": "SitePowerEnvelope",
        "metadata": {"name": name},
        "spec": {
            "tier": tier,
            "domains": [{"name": "pdu", "type": "PDU", "capacity": "100kW"}],
            "racks": [{"names": racks, "power": ["pdu"], "limit": rack_limit}],
        },
    }


def pool(name: str, replicas: int, **spec: Any) -> Object:
    """A pool of replicas with two GPUs each."""
    template = {"spec": {"containers": [{"name": "server", "image": "example/server"}]}}
    return {
        "apiVersion": API,
        "kind": "GPUInferencePool",
        "metadata": {"name": name},
        "spec": {"replicas": replicas, "gpusPerReplica": 2, "template": template, **spec},
    }


def change(api: Api, path: str, **spec: Any) -> None:
    """Merge `spec` into an object's spec, as a user would."""
    api.patch(path, {"spec": spec}, kind="merge")


def deployments(api: Api, namespace: str) -> dict[str, int]:
    """Replicas by Deployment."""
    found = api.items(f"/apis/apps/v1/namespaces/{namespace}/deployments")
    return {one["metadata"]["name"]: one["spec"]["replicas"] for one in found}


def pods(api: Api, namespace: str) -> list[Object]:
    """Pods that are not on their way out."""
    found = api.items(f"/api/v1/namespaces/{namespace}/pods")
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


def running(api: Api, namespace: str) -> int:
    """How many run."""
    return sum(pod["status"]["phase"] == "Running" for pod in pods(api, namespace))


def verdicts(obj: Object) -> dict[str, tuple[str, str]]:
    """Status and reason of each condition."""
    found = obj.get("status", {}).get("conditions", ())
    return {c["type"]: (c["status"], c["reason"]) for c in found}
