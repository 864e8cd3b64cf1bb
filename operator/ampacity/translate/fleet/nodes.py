"""Node objects as lean records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ampacity.core.snapshot import Taint
from ampacity.translate.pods.requests import UNREADABLE, node_allocatable, node_devices
from ampacity.translate.pods.salvage import salvaged_node
from ampacity.translate.records import NodeRecord
from ampacity.translate.typed import text

_REFUSING = ("NoSchedule", "NoExecute")


def read_node(node: Mapping[str, Any]) -> NodeRecord:
    """A v1 Node; one without a Ready condition is not Ready.

    Raises one of UNREADABLE for what is no Kubernetes object with a name.
    """
    try:
        return _read(node)
    except UNREADABLE as error:
        return salvaged_node(node, error)


def _read(node: Mapping[str, Any]) -> NodeRecord:
    metadata, spec, status = node["metadata"], node.get("spec") or {}, node.get("status") or {}
    return NodeRecord(
        name=text(metadata["name"]),
        uid=text(metadata.get("uid")) or metadata["name"],
        resource_version=text(metadata.get("resourceVersion")),
        labels={key: text(value) for key, value in (metadata.get("labels") or {}).items()},
        taints=_taints(spec.get("taints") or ()),
        allocatable=node_allocatable(status),
        ready=_is_ready(status.get("conditions") or ()),
        unschedulable=bool(spec.get("unschedulable")),
        devices=node_devices(status),
    )


def _taints(taints: Any) -> tuple[Taint, ...]:
    return tuple(
        Taint(taint.get("key", ""), taint.get("value") or "", taint.get("effect", ""))
        for taint in taints
        if taint.get("effect") in _REFUSING
    )


def _is_ready(conditions: Any) -> bool:
    return any(c.get("type") == "Ready" and c.get("status") == "True" for c in conditions)
