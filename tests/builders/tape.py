"""Histories as the recorder would have written them: one small site, and whatever a test lets happen."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from ampacity import names
from ampacity.core.ledger import FenceEntry, Ledger
from ampacity.core.load import Load
from ampacity.core.snapshot import Resources
from ampacity.translate.ledger.codec import encode_ledger

KW = 10**6
Json = dict[str, Any]

ENVELOPE: Json = {
    "apiVersion": "ampacity.io/v1alpha1",
    "kind": "SitePowerEnvelope",
    "metadata": {"name": "par1", "uid": "par1", "generation": 1},
    "spec": {
        "tier": "Edge",
        "domains": [{"name": "meter", "type": "Utility", "capacity": "24kW"}],
        "racks": [{"names": "r[1-4]", "power": ["meter"]}],
    },
}

PROFILE: Json = {
    "apiVersion": "ampacity.io/v1alpha1",
    "kind": "AcceleratorProfile",
    "metadata": {"name": "x8", "uid": "x8", "generation": 1},
    "spec": {
        "family": "x",
        "match": {"products": ["X"]},
        "resources": ["nvidia.com/gpu"],
        "gpus": 8,
        "node": {"idle": "2kW", "maximum": "10kW"},
        "gpu": {"tdp": "1kW"},
    },
}
"""A node of eight GPUs: 2 kW idle, 1 kW for each busy GPU."""


@dataclass
class Tape:
    """Records in the making. Each thing that happens takes one version and a tenth of a second."""

    records: list[Json] = field(default_factory=list)
    version: int = 100
    now: float = 1_000_000.0
    objects: dict[tuple[str, str], Json] = field(default_factory=dict)
    fence: tuple[FenceEntry, ...] = ()

    @classmethod
    def of_site(cls, machines: int = 2, **spec: Any) -> Tape:
        """The site with one Ready node in each of its first racks, all listed at the start."""
        tape = cls()
        envelope = copy.deepcopy(ENVELOPE)
        envelope["spec"] |= spec
        nodes = [node(f"n{number}", f"r{number}") for number in range(1, machines + 1)]
        for kind, items in (
            ("SitePowerEnvelope", [envelope]),
            ("AcceleratorProfile", [copy.deepcopy(PROFILE)]),
            ("Namespace", [namespace()]),
            ("Node", nodes),
            ("Pod", []),
            ("ConfigMap", []),
        ):
            tape.list(kind, items)
        tape.wait(10)
        return tape

    def list(self, kind: str, items: list[Json]) -> None:
        """All objects of a kind, as after a new list."""
        for item in items:
            item["metadata"].setdefault("resourceVersion", str(self.version))
            self.objects[kind, item["metadata"]["uid"]] = item
        self._write({"kind": kind, "event": "LIST", "version": self.version, "items": copy.deepcopy(items)})

    def put(self, kind: str, obj: Json) -> Json:
        """An object as it is from now on."""
        self._step()
        event = "MODIFIED" if (kind, obj["metadata"]["uid"]) in self.objects else "ADDED"
        obj["metadata"]["resourceVersion"] = str(self.version)
        self.objects[kind, obj["metadata"]["uid"]] = obj
        self._write({"kind": kind, "event": event, "object": copy.deepcopy(obj)})
        return obj

    def drop(self, kind: str, uid: str) -> None:
        """An object is gone."""
        self._step()
        obj = self.objects.pop((kind, uid))
        obj["metadata"]["resourceVersion"] = str(self.version)
        self._write({"kind": kind, "event": "DELETED", "object": copy.deepcopy(obj)})

    def wait(self, seconds: float) -> None:
        """Nothing happens for a while."""
        self.now += seconds

    def pod(self, name: str, gpus: int = 4, gated: bool = True, at: str = "", ours: bool = False) -> Json:
        """A GPU pod, gated (or, if `ours`, for us to bind), or running at a node as somebody else put it."""
        return self.put("Pod", pod(name, gpus, gated and not ours, at, ours))

    def announce(self, **places: str) -> None:
        """One fence record: these pods, as they are now, may be granted these nodes."""
        entries = (self._entry(name, at) for name, at in places.items())
        self.fence = (*self.fence, *entries)
        self.write_ledger(encode_ledger(Ledger(fence=self.fence)))

    def _entry(self, name: str, at: str) -> FenceEntry:
        return FenceEntry(
            uid=name,
            name=f"ai/{name}",
            resource_version=self.objects["Pod", name]["metadata"]["resourceVersion"],
            node=at,
            site="par1",
            rack=at.replace("n", "r"),
            profile="x8",
            units=4,
            load=Load(4 * KW, 4 * KW),
            requests=Resources(),
            generation=1,
        )

    def write_ledger(self, text: str) -> None:
        """The holds object with this ledger."""
        self.put("ConfigMap", {"metadata": {"name": names.HOLDS, "uid": "holds"}, "data": {"ledger": text}})

    def grant(self, name: str, at: str, announce: bool = True, generation: int = 1) -> None:
        """The operator's patch: gate gone, reservation and node pin there."""
        if announce:
            self.announce(**{name: at})
        granted = self.objects["Pod", name]
        granted["spec"].pop("schedulingGates", None)
        kept = granted["metadata"].get("annotations", {})
        granted["metadata"]["annotations"] = {**kept, names.RESERVATION: reservation(at, generation)}
        granted["spec"]["affinity"] = pinned(at)
        self.put("Pod", granted)

    def bind(self, name: str, at: str, announce: bool = True, reserve: bool = True) -> None:
        """The operator's binding of a pod that names it as its scheduler."""
        if announce:
            self.announce(**{name: at})
        granted = self.objects["Pod", name]
        granted["spec"]["nodeName"] = at
        if reserve:
            granted["metadata"]["annotations"] = {names.RESERVATION: reservation(at)}
        self.put("Pod", granted)

    def _step(self) -> None:
        self.version += 1
        self.now += 0.1

    def _write(self, record: Json) -> None:
        self.records.append({"t": self.now, **record})


def namespace(residency: str | None = None) -> Json:
    """Namespace ai, with what it says of residency."""
    annotations = {} if residency is None else {names.RESIDENCY: residency}
    return {"metadata": {"name": "ai", "uid": "ai", "annotations": annotations}}


def node(name: str, rack: str, ready: bool = True, site: str = "par1") -> Json:
    """A Node of eight GPUs."""
    return {
        "metadata": {
            "name": name,
            "uid": name,
            "labels": {names.SITE: site, names.RACK: rack, "nvidia.com/gpu.product": "X"},
        },
        "spec": {},
        "status": {
            "allocatable": {"cpu": "64", "memory": "512Gi", "pods": "110", "nvidia.com/gpu": "8"},
            "conditions": [{"type": "Ready", "status": "True" if ready else "Unknown"}],
        },
    }


def pod(name: str, gpus: int = 4, gated: bool = True, at: str = "", ours: bool = False) -> Json:
    """A Pod in namespace ai whose uid is its name. `ours`: it names us as its scheduler."""
    spec: Json = {"containers": [{"name": "main", "resources": {"limits": {"nvidia.com/gpu": str(gpus)}}}]}
    if gated:
        spec["schedulingGates"] = [{"name": names.GATE}]
    if ours:
        spec["schedulerName"] = names.SCHEDULER
    if at:
        spec["nodeName"] = at
    return {"metadata": {"name": name, "namespace": "ai", "uid": name}, "spec": spec, "status": {}}


def reservation(at: str, generation: int = 1) -> str:
    """The annotation that a grant writes."""
    place = {"site": "par1", "rack": at.replace("n", "r"), "node": at, "profile": "x8"}
    figures = {"power": 4 * KW, "air": 4 * KW, "liquid": 0, "generation": generation, "fence": "1"}
    return json.dumps(place | figures)


def pinned(at: str) -> Json:
    """Node affinity for exactly one node."""
    field_ = {"key": "metadata.name", "operator": "In", "values": [at]}
    terms = [{"matchFields": [field_]}]
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}
