"""Pods from documents: those that are given, and those that workloads would make."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ampacity import names
from ampacity.cli.fetch.documents import Document, Fault, guarded
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.records import PodRecord

Json = Mapping[str, Any]

_WORKLOADS = ("Deployment", "StatefulSet", "ReplicaSet", "Job")
KINDS = ("Pod", "PriorityClass", *_WORKLOADS)


def read_pods(
    documents: Sequence[Document], reader: PodReader, faults: list[Fault], assumptions: list[str]
) -> tuple[PodRecord, ...]:
    """Records of GPU pods, and of all that run already. One without our gate is planned as if it had it."""
    reading = _Reading(documents, reader, faults)
    for document in documents:
        if document.kind == "Pod":
            reading.take(document, [_with_uid(document)])
    for document in documents:
        if document.kind in _WORKLOADS and not _owned(document.object):
            pods = guarded(document, lambda d: list(_pods_of(d)), faults) or []
            there = reading.by_controller[_key(document)]
            reading.take(document, pods[there:])
    if reading.ungated:
        assumptions.append(
            f"{reading.ungated} GPU pods lack the gate {names.GATE}: they are planned as if they had it."
        )
    return tuple(reading.records)


class _Reading:
    def __init__(self, documents: Sequence[Document], reader: PodReader, faults: list[Fault]) -> None:
        self._reader, self._faults = reader, faults
        self._priorities = {
            d.name: d.object.get("value") or 0 for d in documents if d.kind == "PriorityClass"
        }
        self.records: list[PodRecord] = []
        self.by_controller: Counter[str] = Counter()
        self.ungated = 0

    def take(self, document: Document, pods: Sequence[Json]) -> None:
        """Read pods that come of `document`."""
        for pod in pods:
            record = guarded(document, partial(self._read, pod), self._faults)
            if record is not None:
                self.records.append(record)
                self.by_controller[record.controller] += 1

    def _read(self, pod: Json, _: Document) -> PodRecord | None:
        prioritised = _prioritised(pod, self._priorities)
        record = self._reader.read(prioritised)
        if record is None or record.bound or record.waiting:
            return record
        if not record.shape.gpu_units:
            return None
        self.ungated += 1
        return self._reader.read(_gated(prioritised))


def _pods_of(workload: Document) -> Iterator[Json]:
    """The pods of a workload in the order of their numbers; a Job's are those that run at one time."""
    spec = workload.object.get("spec") or {}
    template = spec["template"]
    namespace = workload.metadata.get("namespace") or "default"
    owner = {"kind": workload.kind, "name": workload.name, "controller": True}
    for number in range(_count(workload.kind, spec)):
        name = f"{workload.name}-{number}"
        metadata = {
            **copy.deepcopy(template.get("metadata") or {}),
            "name": name,
            "namespace": namespace,
            "uid": f"{workload.kind}/{namespace}/{name}",
            "ownerReferences": [owner],
            "creationTimestamp": workload.metadata.get("creationTimestamp"),
        }
        yield {"kind": "Pod", "metadata": metadata, "spec": copy.deepcopy(template["spec"])}


def _count(kind: str, spec: Json) -> int:
    if kind != "Job":
        replicas = spec.get("replicas")
        return 1 if replicas is None else int(replicas)
    parallel, completions = spec.get("parallelism"), spec.get("completions")
    at_once = 1 if parallel is None else int(parallel)
    return at_once if completions is None else min(at_once, int(completions))


def _with_uid(document: Document) -> Json:
    namespace = document.metadata.get("namespace") or "default"
    name = document.name or f"{document.metadata.get('generateName')}x"
    uid = f"Pod/{namespace}/{name}/{document.where}"
    return {**document.object, "metadata": {"uid": uid, **document.metadata, "name": name}}


def _prioritised(pod: Json, priorities: Mapping[str, int]) -> Json:
    """The pod with the number of its PriorityClass, which an API server would have written into it."""
    spec = pod["spec"]
    named = priorities.get(spec.get("priorityClassName") or "")
    return pod if named is None or "priority" in spec else {**pod, "spec": {**spec, "priority": named}}


def _gated(pod: Json) -> Json:
    gates = [*(pod["spec"].get("schedulingGates") or ()), {"name": names.GATE}]
    return {**pod, "spec": {**pod["spec"], "schedulingGates": gates}}


def _owned(obj: Json) -> bool:
    owners = (obj.get("metadata") or {}).get("ownerReferences") or ()
    return any(owner.get("controller") for owner in owners)


def _key(workload: Document) -> str:
    return f"{workload.kind}/{workload.metadata.get('namespace') or 'default'}/{workload.name}"
