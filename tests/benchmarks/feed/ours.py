"""Our own kinds as the feed's server has them: one envelope, one profile, and how they are discovered."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.feed import fleet
from tests.e2e.objects import GPU_KW, GPUS, IDLE_KW, round_profile

GROUP = "/apis/ampacity.io/v1alpha1"
_SPARE_KW = 1_000
_PLURALS = {"sitepowerenvelopes": "SitePowerEnvelope", "acceleratorprofiles": "AcceleratorProfile",
            "modelprofiles": "ModelProfile", "gpuinferencepools": "GPUInferencePool"}  # fmt: skip


def envelope(nodes: int) -> dict[str, Any]:
    """A hall of racks on two feeds, with room for every GPU."""
    racks, whole = -(-nodes // fleet.RACKS_OF), (IDLE_KW + GPUS * GPU_KW)
    capacity = f"{nodes * whole + _SPARE_KW}kW"
    domains = [{"name": "feed-{f}", "type": "Feed", "capacity": capacity, "failureDomain": True}]
    names = f"r[00000-{racks - 1:05}]"
    rack = {"names": names, "power": ["feed-a", "feed-b"], "limit": f"{fleet.RACKS_OF * whole}kW"}
    return {
        "apiVersion": "ampacity.io/v1alpha1",
        "kind": "SitePowerEnvelope",
        "metadata": {"name": fleet.SITE},
        "spec": {"tier": "Central", "each": {"f": "a,b"}, "domains": domains, "racks": [rack]},
    }


_VERSION = {"groupVersion": "ampacity.io/v1alpha1", "version": "v1alpha1"}
_VERBS = ["get", "list", "watch", "patch"]
_RESOURCES = [
    {"name": plural, "singularName": kind.lower(), "namespaced": plural == "gpuinferencepools",
     "kind": kind, "verbs": _VERBS}
    for plural, kind in _PLURALS.items()
]  # fmt: skip
_OURS = {"kind": "APIGroup", "name": "ampacity.io", "versions": [_VERSION], "preferredVersion": _VERSION}
DISCOVERY = {
    "/api": {"kind": "APIVersions", "versions": []},
    "/apis": {"kind": "APIGroupList", "groups": [_OURS]},
    "/apis/ampacity.io": _OURS,
    GROUP: {"kind": "APIResourceList", "groupVersion": "ampacity.io/v1alpha1", "resources": _RESOURCES},
}
"""What kopf asks before it watches."""


def objects(nodes: int) -> dict[str, dict[str, Any]]:
    """What exists, by plural name, for a fleet of so many nodes."""
    return {"sitepowerenvelopes": envelope(nodes), "acceleratorprofiles": round_profile()}
