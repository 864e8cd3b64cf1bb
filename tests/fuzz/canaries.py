"""Good objects among the bad ones: a site with its nodes, a pool and a pod, which must be served at once.

They stand apart: a resource, a machine and racks of their own, so that no fuzzed
object may rightly take their watts, GPUs or name.
"""

from __future__ import annotations

import time
from typing import Any

from ampacity import names
from hack.api import Api
from tests.e2e import objects
from tests.fuzz.generate import GROUP, NAMESPACE

Json = dict[str, Any]
RESOURCE, MACHINE, PROFILE = "canary.example.com/gpu", "CANARY-BOX", "canary-8"
PATIENCE_S = 30.0


class NotServed(AssertionError):
    """A good object got no answer, or a wrong one."""


def profile() -> Json:
    """The canaries' server: known by machine and by its own resource name."""
    made = objects.round_profile()
    match = {"products": ["CANARY"], "machines": [MACHINE]}
    spec = {**made["spec"], "family": "canary", "match": match, "resources": [RESOURCE]}
    return {**made, "metadata": {"name": PROFILE}, "spec": spec}


class Canaries:
    """Those of one batch. `create` them among the bad, then `wait_served`."""

    def __init__(self, api: Api, number: int) -> None:
        self._api, self._name = api, f"canary-{number}"
        self._created = 0.0

    def create(self) -> None:
        """A site of one rack, its two nodes, a pool of one replica and a gated pod."""
        racks = {"names": "r1", "nodes": f"2x {PROFILE}"}
        self._created = time.monotonic()
        self._api.post(f"{GROUP}/sitepowerenvelopes", objects.two_feeds(self._name, "40kW", racks))
        for number in (1, 2):
            self._api.post("/api/v1/nodes", self._node(number))
            self._api.patch(f"/api/v1/nodes/{self._name}-{number}", {"spec": {"taints": None}})
        self._api.post(f"{GROUP}/namespaces/{NAMESPACE}/gpuinferencepools", self._pool())
        self._api.post(f"/api/v1/namespaces/{NAMESPACE}/pods", self._pod())

    def wait_served(self) -> float:
        """Seconds from creation until the site is in force, the pod powered and the pool placed."""
        while missing := self._missing():
            if time.monotonic() - self._created > PATIENCE_S:
                raise NotServed(f"{self._name} after {PATIENCE_S:g} s: {missing}")
            time.sleep(0.1)
        return time.monotonic() - self._created

    def _missing(self) -> str:
        site = self._api.get(f"{GROUP}/sitepowerenvelopes/{self._name}")
        if _status(site, "Ready") != "True":
            return f"the site is not in force: {site.get('status')}"
        pod = self._api.get(f"/api/v1/namespaces/{NAMESPACE}/pods/{self._name}")
        if _status(pod, names.POWERED) != "True":
            return f"the pod is not powered: {pod.get('status')}"
        pool = self._api.get(f"{GROUP}/namespaces/{NAMESPACE}/gpuinferencepools/{self._name}")
        return (
            ""
            if pool.get("status", {}).get("replicas") == 1
            else f"the pool has no place: {pool.get('status')}"
        )

    def _node(self, number: int) -> Json:
        sizes = {"cpu": "64", "memory": "256Gi", "pods": "110", "ephemeral-storage": "1Ti", RESOURCE: "8"}
        labels = {names.SITE: self._name, names.RACK: "r1", "nvidia.com/gpu.machine": MACHINE}
        return {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": f"{self._name}-{number}", "labels": labels},
            "status": {
                "capacity": sizes,
                "allocatable": sizes,
                "conditions": [{"type": "Ready", "status": "True"}],
            },
        }

    def _pool(self) -> Json:
        template = {"spec": {"containers": [_container()]}}
        spec = {"replicas": 1, "accelerators": [PROFILE], "template": template}
        return {
            "apiVersion": objects.API,
            "kind": "GPUInferencePool",
            "metadata": {"name": self._name},
            "spec": spec,
        }

    def _pod(self) -> Json:
        spec = {"schedulingGates": [{"name": names.GATE}], "containers": [_container()]}
        labels = {names.SITE: self._name}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": self._name, "labels": labels},
            "spec": spec,
        }


def _container() -> Json:
    return {"name": "main", "image": "example/main", "resources": {"limits": {RESOURCE: "1"}}}


def _status(obj: Json, kind: str) -> str:
    conditions = obj.get("status", {}).get("conditions", ())
    return next((str(item["status"]) for item in conditions if item["type"] == kind), "")
