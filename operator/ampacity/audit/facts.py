"""What the auditor reads off raw Kubernetes objects: its own reading, shared with nobody.

Tolerant, since anybody may write nonsense into an object: what cannot be read
is said to be unreadable and never taken for absent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ampacity import names
from ampacity.audit.devices import Devices, countable, pod_devices
from ampacity.core.workload import Workload

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReservationFacts:
    """A reservation annotation; `readable` is False where it is not what a grant writes."""

    readable: bool
    site: str = ""
    rack: str = ""
    node: str = ""
    generation: int = 0


@dataclass(frozen=True, slots=True)
class PodFacts:
    """A pod. `node`: where it is or, ungated, where it was promised to be; `fixed`: it can run
    nowhere else. `devices`: countable resources by name. `ended`: it draws nothing any more.

    `gated`: it carries our gate. `ours`: it names us as its scheduler. `claims`: it asks for
    devices by claim, so nobody can say what it draws. `survives`: types of parts whose loss its
    rack must survive. `workload`: its class of work, None where its label names no class.
    """

    uid: str
    name: str
    version: int
    node: str
    fixed: bool
    gated: bool
    ended: bool
    devices: Devices = ()
    reservation: ReservationFacts | None = None
    ours: bool = False
    bound: bool = False
    claims: bool = False
    survives: frozenset[str] = frozenset()
    workload: Workload | None = Workload.INFERENCE

    @property
    def waiting(self) -> bool:
        """Whether nothing but a grant of ours can let it run: its gate gone, or its binding."""
        return self.gated or (self.ours and not self.bound)

    @property
    def placed(self) -> bool:
        """Whether its devices draw, or may at any moment begin to."""
        return not self.ended and not self.waiting and bool(self.node)


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """A node. `devices`: countable resources it has. `reserved`: a taint keeps ordinary pods off."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    devices: Devices = ()
    reserved: bool = False
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Announced:
    """One fence entry of the holds object: a grant that may happen from then on."""

    uid: str
    precondition: str
    node: str
    generation: int


def pod_facts(pod: Json) -> PodFacts:
    """Facts of a v1 Pod."""
    metadata, spec, status = pod["metadata"], pod.get("spec") or {}, pod.get("status") or {}
    annotations = metadata.get("annotations") or {}
    reservation = _reservation(annotations.get(names.RESERVATION))
    kept_at = spec.get("nodeName") or _pinned(spec)
    return PodFacts(
        uid=metadata["uid"],
        name=f"{metadata.get('namespace', 'default')}/{metadata['name']}",
        version=int(metadata.get("resourceVersion") or 0),
        node=kept_at or (reservation.node if reservation else ""),
        fixed=bool(kept_at),
        gated=any(gate.get("name") == names.GATE for gate in spec.get("schedulingGates") or ()),
        ended=status.get("phase") in ("Succeeded", "Failed"),
        devices=pod_devices(spec),
        reservation=reservation,
        ours=spec.get("schedulerName") == names.SCHEDULER,
        bound=bool(spec.get("nodeName")),
        claims=bool(spec.get("resourceClaims")),
        workload=_workload((metadata.get("labels") or {}).get(names.WORKLOAD)),
        survives=frozenset(filter(None, (annotations.get(names.MUST_SURVIVE) or "").split(","))),
    )


def node_facts(node: Json) -> NodeFacts:
    """Facts of a v1 Node; one that does not say it is Ready is not."""
    status, spec = node.get("status") or {}, node.get("spec") or {}
    ready = [c for c in status.get("conditions") or () if c.get("type") == "Ready"]
    return NodeFacts(
        name=node["metadata"]["name"],
        labels=node["metadata"].get("labels") or {},
        devices=_most(countable(status.get("capacity") or {}), countable(status.get("allocatable") or {})),
        reserved=any(_keeps_off(taint) for taint in spec.get("taints") or ()),
        ready=bool(ready) and ready[0].get("status") == "True",
    )


def announced(holds: Json) -> tuple[Announced, ...] | None:
    """The fence entries of the holds object; None if they cannot be read."""
    try:
        ledger = json.loads((holds.get("data") or {}).get("ledger") or '{"fence": [], "table": []}')
        table = ledger["table"]
        return tuple(
            Announced(uid, version, table[place[0]], generation)
            for uid, _name, version, generation, _epoch, _hold, place in ledger["fence"]
        )
    except (ValueError, TypeError, KeyError, IndexError):
        return None


def _workload(label: object) -> Workload | None:
    if label is None:
        return Workload.INFERENCE
    return next((kind for kind in Workload if kind.value == label), None)


def _most(one: Devices, other: Devices) -> Devices:
    """Unhealthy devices, which a node has and does not offer, are there and draw."""
    sizes = dict(one)
    for name, count in other:
        sizes[name] = max(count, sizes.get(name, 0))
    return tuple(sorted(sizes.items()))


def _keeps_off(taint: Json) -> bool:
    """Taints that Kubernetes itself sets come and go; the others are somebody's decision."""
    passing = taint.get("key", "").startswith(("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/"))
    return not passing and taint.get("effect") in ("NoSchedule", "NoExecute")


def _reservation(text: str | None) -> ReservationFacts | None:
    if text is None:
        return None
    try:
        said = json.loads(text)
        watts = [said[medium] for medium in ("power", "air", "liquid")]
        if not all(type(figure) is int and figure >= 0 for figure in watts):
            return ReservationFacts(False)
        return ReservationFacts(
            True, str(said["site"]), str(said["rack"]), str(said["node"]), int(said["generation"])
        )
    except (ValueError, TypeError, KeyError):
        return ReservationFacts(False)


def _pinned(spec: Json) -> str:
    """The node that all required terms name by metadata.name, "" if they do not agree on one."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    pins = {_pin(term) for term in required.get("nodeSelectorTerms") or ()}
    return pins.pop() if len(pins) == 1 else ""


def _pin(term: Json) -> str:
    for wanted in term.get("matchFields") or ():
        if wanted.get("operator") == "In" and len(wanted.get("values") or ()) == 1:
            return str(wanted["values"][0])
    return ""
