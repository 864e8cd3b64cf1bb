"""Pod objects as lean records.

Reading never fails on what an API server has accepted. An annotation that cannot
be read counts as absent, and the record says so. A pod that cannot be read at all
is not absent either: see `salvage`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ampacity import names
from ampacity.core.snapshot import Shape
from ampacity.translate.pods.gpus import GpuCounter
from ampacity.translate.pods.lanes import Wait, obstacle, wait_of
from ampacity.translate.pods.promised import promised_node
from ampacity.translate.pods.requests import UNREADABLE
from ampacity.translate.pods.reservation import decode
from ampacity.translate.pods.salvage import TERMINAL, salvaged_pod
from ampacity.translate.pods.selectors import read_term, required_terms
from ampacity.translate.pods.shapes import Units, read_shape
from ampacity.translate.records import PinPoint, PodRecord, Reservation
from ampacity.translate.typed import text, whole

Json = Mapping[str, Any]

_SHAPES_KEPT = 50_000
_SINCE_DIGITS = 15
_SCHEDULER_SAYS = 300
NO_PIN = PinPoint()


class PodReader:
    """Reads pods; equal shapes become one object, which saves memory and makes grouping cheap.

    `gpu_resources`: resource names or patterns that accepted profiles name.
    """

    def __init__(self, gpu_resources: Iterable[str]) -> None:
        self._gpus = GpuCounter(gpu_resources)
        self._shapes: dict[Shape, Shape] = {}

    def read(self, pod: Json) -> PodRecord | None:
        """A v1 Pod as a record; None for one that has ended, which holds nothing any more.

        Raises one of UNREADABLE for what is no Kubernetes object with a name.
        """
        try:
            return self._read(pod)
        except UNREADABLE as error:
            return salvaged_pod(pod, self._gpus, error)

    def _read(self, pod: Json) -> PodRecord | None:
        metadata, spec, status = pod["metadata"], pod.get("spec") or {}, pod.get("status") or {}
        if status.get("phase") in TERMINAL:
            return None
        gates = [gate.get("name") for gate in spec.get("schedulingGates") or ()]
        wait = wait_of(gates, text(spec.get("schedulerName")), bool(spec.get("nodeName")))
        namespace = metadata.get("namespace") or "default"
        shape = self._kept(read_shape(namespace, metadata, spec, self._units(wait.waiting)))
        return _record(metadata, spec, status, shape, wait)

    def template(self, namespace: str, template: Json) -> Shape:
        """The shape of pods made from a pod template, which all wait for power."""
        metadata, spec = template.get("metadata") or {}, template.get("spec") or {}
        return self._kept(read_shape(namespace, metadata, spec, self._units(waiting=True)))

    def use(self, gpu_resources: Iterable[str]) -> None:
        """From now on these resources are GPUs; records read before need `recount`."""
        self._gpus = GpuCounter(gpu_resources)

    def recount(self, record: PodRecord) -> PodRecord:
        """The record with its GPU units counted by the profiles of now."""
        units = self._units(record.waiting)(record.shape.requests)
        if units == record.shape.gpu_units:
            return record
        return replace(record, shape=self._kept(replace(record.shape, gpu_units=units)))

    def _units(self, waiting: bool) -> Units:
        return self._gpus.units_in_doubt if waiting else self._gpus.units

    def _kept(self, shape: Shape) -> Shape:
        if len(self._shapes) >= _SHAPES_KEPT:
            self._shapes.clear()
        return self._shapes.setdefault(shape, shape)


def _record(metadata: Json, spec: Json, status: Json, shape: Shape, wait: Wait) -> PodRecord:
    labels: Mapping[str, str] = metadata.get("labels") or {}
    annotations: Mapping[str, str] = metadata.get("annotations") or {}
    created = _epoch(metadata.get("creationTimestamp"))
    reservation, doubt = (None, "") if wait.waiting else _reservation(annotations)
    promised = "" if wait.unplaced else promised_node(shape.node_terms, reservation)
    return PodRecord(
        uid=text(metadata.get("uid")) or f"{shape.namespace}/{metadata['name']}",
        namespace=shape.namespace,
        name=text(metadata["name"]),
        resource_version=text(metadata.get("resourceVersion")),
        shape=shape,
        priority=whole(spec.get("priority")),
        created=created,
        controller=_controller(shape.namespace, metadata),
        node=text(spec.get("nodeName")) or promised,
        bound=bool(spec.get("nodeName")),
        waiting=wait.waiting,
        other_gates=wait.other_gates,
        gate_index=wait.gate_index,
        terminating=metadata.get("deletionTimestamp") is not None,
        phase=text(status.get("phase")) or "Pending",
        reservation=reservation,
        powered=_powered(status.get("conditions") or ()),
        pool=f"{shape.namespace}/{labels[names.POOL]}" if names.POOL in labels else "",
        since=_since(annotations.get(names.SINCE), created),
        pin=_pin_point(spec, metadata) if wait.gate_index >= 0 else NO_PIN,
        claims=_claims(spec),
        doubt=doubt or (shape.unknown_draw if not wait.waiting else ""),
        lane=wait.lane,
        grace=whole(metadata.get("deletionGracePeriodSeconds")),
        obstacle=obstacle(wait, spec),
        scheduler="" if wait.waiting or spec.get("nodeName") else _unschedulable(status.get("conditions")),
    )


def _reservation(annotations: Mapping[str, str]) -> tuple[Reservation | None, str]:
    promise = annotations.get(names.RESERVATION)
    if promise is None:
        return None, ""
    reservation = decode(promise)
    if reservation is None:
        return (
            None,
            f"annotation {names.RESERVATION} cannot be read; the pod counts as its node's profile says",
        )
    return reservation, ""


def _controller(namespace: str, metadata: Json) -> str:
    """Who will replace the pod: a ReplicaSet of a Deployment counts as the Deployment."""
    for owner in metadata.get("ownerReferences") or ():
        if not owner.get("controller"):
            continue
        kind, name = owner["kind"], owner["name"]
        revision = (metadata.get("labels") or {}).get("pod-template-hash", "")
        if kind == "ReplicaSet" and revision and name.endswith(f"-{revision}"):
            kind, name = "Deployment", name.removesuffix(f"-{revision}")
        return f"{kind}/{namespace}/{name}"
    return f"Pod/{namespace}/{metadata['name']}"


def _powered(conditions: Iterable[Json]) -> tuple[str, str, str] | None:
    for condition in conditions:
        if condition.get("type") == names.POWERED:
            return condition.get("status", ""), condition.get("reason") or "", condition.get("message") or ""
    return None


def _unschedulable(conditions: Iterable[Json] | None) -> str:
    """What the scheduler says against the pod; of a gate that is gone it may still speak for a moment."""
    for condition in conditions or ():
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            reason = condition.get("reason") or ""
            said = condition.get("message") or reason
            return "" if reason == "SchedulingGated" else str(said)[:_SCHEDULER_SAYS]
    return ""


def _pin_point(spec: Json, metadata: Json) -> PinPoint:
    """Where a node pin can be written: see `grant_patch`."""
    affinity = spec.get("affinity")
    node_affinity = (affinity or {}).get("nodeAffinity")
    terms = required_terms(spec)
    parents = sum(part is not None for part in (affinity, node_affinity, terms))
    fields = tuple(len(t.get("matchFields") or ()) if read_term(t) else -1 for t in terms or ())
    return PinPoint(parents, fields, metadata.get("annotations") is not None)


def _claims(spec: Json) -> tuple[str, ...]:
    sources = (volume.get("persistentVolumeClaim") for volume in spec.get("volumes") or ())
    return tuple(source["claimName"] for source in sources if source)


def _since(stated: str | None, created: int) -> int:
    """When the controller's first request was made; never later than this pod itself."""
    # More digits than that are later than any pod, and more than thousands are no number to Python.
    if not stated or len(stated) > _SINCE_DIGITS or not (stated.isascii() and stated.isdecimal()):
        return created
    return min(int(stated), created)


def _epoch(timestamp: str | None) -> int:
    return int(datetime.fromisoformat(str(timestamp)).timestamp()) if timestamp else 0
