"""What is left of an object that cannot be read: enough to count it on the safe side.

An object that is there must never be absent from what is counted. So every part
is read for itself, what is not as it should be is left out, and the record says
that nobody knows what the rest would have said: such a pod gets no place, and
its node counts at its maximum; such a node takes no pod.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ampacity import names
from ampacity.core.snapshot import NodeTerm, Resources, Shape
from ampacity.translate.pods.gpus import GpuCounter
from ampacity.translate.pods.lanes import wait_of
from ampacity.translate.pods.promised import promised_node
from ampacity.translate.pods.requests import UNREADABLE, container_requests
from ampacity.translate.pods.reservation import decode
from ampacity.translate.pods.selectors import node_terms
from ampacity.translate.pods.work import workload_of
from ampacity.translate.records import NodeRecord, PodRecord, Reservation

Json = Mapping[str, Any]

TERMINAL = ("Succeeded", "Failed")
_LONGEST = 300


def salvaged_pod(pod: Json, counter: GpuCounter, error: Exception) -> PodRecord | None:
    """A pod that `error` kept from being read; None if it has ended. Raises `error` if it has no name."""
    metadata, spec, status = (_mapping(pod.get(part)) for part in ("metadata", "spec", "status"))
    name, phase = _string(metadata.get("name")), _string(status.get("phase"))
    if not name:
        raise error
    if phase in TERMINAL:
        return None
    gates = [_mapping(gate).get("name") for gate in _items(spec.get("schedulingGates"))]
    annotations, labels = _texts(metadata.get("annotations")), _texts(metadata.get("labels"))
    namespace, bound = _string(metadata.get("namespace")) or "default", _string(spec.get("nodeName"))
    wait = wait_of(gates, _string(spec.get("schedulerName")), bool(bound))
    reservation = None if wait.waiting else decode(annotations.get(names.RESERVATION, ""))
    doubt = f"it cannot be read, so it gets no place and its node counts at its maximum: {error}"[:_LONGEST]
    return PodRecord(
        uid=_string(metadata.get("uid")) or f"{namespace}/{name}",
        namespace=namespace,
        name=name,
        resource_version=_string(metadata.get("resourceVersion")),
        shape=_shape(namespace, spec, labels, counter, doubt),
        priority=0,
        created=0,
        controller=f"Pod/{namespace}/{name}",
        node=bound or ("" if wait.unplaced else _promised(spec, reservation)),
        bound=bool(bound),
        waiting=wait.waiting,
        other_gates=wait.other_gates,
        gate_index=wait.gate_index,
        terminating=metadata.get("deletionTimestamp") is not None,
        phase=phase or "Pending",
        reservation=reservation,
        pool=f"{namespace}/{labels[names.POOL]}" if names.POOL in labels else "",
        doubt=doubt,
        lane=wait.lane,
    )


def salvaged_node(node: Json, error: Exception) -> NodeRecord:
    """A node that `error` kept from being read. Raises `error` if it has no name."""
    metadata = _mapping(node.get("metadata"))
    name = _string(metadata.get("name"))
    if not name:
        raise error
    return NodeRecord(
        name=name,
        uid=_string(metadata.get("uid")) or name,
        resource_version=_string(metadata.get("resourceVersion")),
        labels=_texts(metadata.get("labels")),
        taints=(),
        allocatable=Resources(pods=0),
        ready=False,
        unschedulable=True,
        doubt=f"it cannot be read: {error}"[:_LONGEST],
    )


def _shape(namespace: str, spec: Json, labels: Mapping[str, str], counter: GpuCounter, doubt: str) -> Shape:
    requests = container_requests(spec.get("containers"))
    return Shape(
        namespace,
        requests,
        counter.units_in_doubt(requests),
        labels=tuple(sorted(labels.items())),
        unknown_draw=doubt,
        workload=workload_of(labels) if names.WORKLOAD in labels else None,
    )


def _promised(spec: Json, reservation: Reservation | None) -> str:
    terms: tuple[NodeTerm, ...] = ()
    with suppress(*UNREADABLE):
        terms = node_terms(spec)
    return promised_node(terms, reservation)


def _mapping(value: Any) -> Json:
    return value if isinstance(value, Mapping) else {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> dict[str, str]:
    pairs = _mapping(value).items()
    return {key: entry for key, entry in pairs if isinstance(key, str) and isinstance(entry, str)}
