"""Node objects as lean records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ampacity.core.snapshot import Taint
from ampacity.translate.records import NodeRecord
from ampacity.translate.requests import node_allocatable

_REFUSING = ("NoSchedule", "NoExecute")


def read_node(node: Mapping[str, Any]) -> NodeRecord:
    """A v1 Node; one without a Ready condition is not Ready."""
    metadata, spec, status = node["metadata"], node.get("spec") or {}, node.get("status") or {}
    return NodeRecord(
        name=metadata["name"],
        uid=metadata.get("uid") or metadata["name"],
        resource_version=metadata.get("resourceVersion") or "",
        labels=metadata.get("labels") or {},
        taints=_taints(spec.get("taints") or ()),
        allocatable=node_allocatable(status),
        ready=_is_ready(status.get("conditions") or ()),
        unschedulable=bool(spec.get("unschedulable")),
    )


def _taints(taints: Any) -> tuple[Taint, ...]:
    return tuple(
        Taint(taint.get("key", ""), taint.get("value") or "", taint.get("effect", ""))
        for taint in taints
        if taint.get("effect") in _REFUSING
    )


def _is_ready(conditions: Any) -> bool:
    return any(c.get("type") == "Ready" and c.get("status") == "True" for c in conditions)
