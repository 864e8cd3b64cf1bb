"""Objects as users write them, with round figures, so that a test can count on its fingers what fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hack.api import Api, Object, each

API = "ampacity.io/v1alpha1"
GROUP_PATH = "/apis/ampacity.io/v1alpha1"
PRODUCT = "TEST-ROUND-8"
IDLE_KW, GPU_KW, GPUS = 2, 1, 8


def node_line(nodes: int, racks: str, site: str) -> str:
    """Nodes that the `round_profile` knows, as a line for `Cluster.add_nodes`."""
    return f"{nodes} nodes of {GPUS} x H100 in racks {racks} of {site} with nvidia.com/gpu.product={PRODUCT}"


def round_profile() -> Object:
    """A server of 8 GPUs: 2 kW idle, 1 kW for each busy GPU, all of it into air."""
    return {
        "apiVersion": API,
        "kind": "AcceleratorProfile",
        "metadata": {"name": "round-8"},
        "spec": {
            "family": "round",
            "match": {"products": [PRODUCT]},
            "resources": ["nvidia.com/gpu"],
            "gpus": GPUS,
            "node": {"idle": f"{IDLE_KW}kW", "maximum": f"{IDLE_KW + GPUS * GPU_KW}kW"},
            "gpu": {"tdp": "1kW"},
        },
    }


def two_feeds(name: str, feed: str, racks: Mapping[str, Any]) -> Object:
    """A site with two feeds of capacity `feed`, either of which may fail.

    `racks`: its one rack line, less the suppliers.
    """
    return {
        "apiVersion": API,
        "kind": "SitePowerEnvelope",
        "metadata": {"name": name},
        "spec": {
            "tier": "Central",
            "each": {"f": "a,b"},
            "domains": [{"name": "feed-{f}", "type": "Feed", "capacity": feed, "failureDomain": True}],
            "racks": [{"power": ["feed-a", "feed-b"], **racks}],
        },
    }


def gated_pod(name: str, gpus: int = 1, **annotations: str) -> Object:
    """A pod that somebody gated by hand."""
    container = {
        "name": "main",
        "image": "example/main",
        "resources": {"limits": {"nvidia.com/gpu": str(gpus)}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "annotations": annotations},
        "spec": {"schedulingGates": [{"name": "ampacity.io/power"}], "containers": [container]},
    }


def create_pods(api: Api, namespace: str, pods: list[Object]) -> None:
    """Post them, many at a time."""
    each(lambda pod: api.post(f"/api/v1/namespaces/{namespace}/pods", pod), pods)


def create(api: Api, *objects: Object) -> None:
    """Post cluster-wide objects of our kinds."""
    plurals = {"AcceleratorProfile": "acceleratorprofiles", "SitePowerEnvelope": "sitepowerenvelopes"}
    for one in objects:
        api.post(f"{GROUP_PATH}/{plurals[one['kind']]}", one)


def conditions(api: Api, plural: str, name: str) -> dict[str, Object]:
    """The conditions of a cluster-wide object of ours, by type."""
    status = api.get(f"{GROUP_PATH}/{plural}/{name}").get("status", {})
    return {item["type"]: item for item in status.get("conditions", ())}
