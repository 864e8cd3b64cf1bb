"""A grant as one JSON patch: node pin, reservation and removal of our gate happen together or not at all.

The API server lets a gated pod's required node affinity only be narrowed. So
the pin is ANDed into every term that exists; an empty term matches no node
and stays as it is, because with a pin it would begin to match. The patch
names the UID and resourceVersion that the planner saw: on any other it fails.
"""

from __future__ import annotations

from typing import Any

from ampacity import names
from ampacity.core.plan import Grant
from ampacity.translate.pods.reservation import encode, reserved
from ampacity.translate.records import PinPoint, PodRecord

Patch = list[dict[str, Any]]

_REQUIRED = "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution"
_PARENTS = ("/spec/affinity", "/spec/affinity/nodeAffinity", _REQUIRED)


def grant_patch(pod: PodRecord, grant: Grant, fence: str) -> Patch:
    """The JSON patch that places `pod` as `grant` says; `fence` names the ledger write that announced it."""
    gate = f"/spec/schedulingGates/{pod.gate_index}"
    return [
        *preconditions(pod),
        *_pin(pod.pin, grant.node),
        *([] if pod.pin.annotations else [_add("/metadata/annotations", {})]),
        _add(f"/metadata/annotations/{_escaped(names.RESERVATION)}", encode(reserved(grant), fence)),
        {"op": "test", "path": gate, "value": {"name": names.GATE}},
        {"op": "remove", "path": gate},
    ]


def preconditions(pod: PodRecord) -> Patch:
    """Refused with 422 on another UID and with 409 (or 422) on another resourceVersion."""
    return [
        {"op": "test", "path": "/metadata/uid", "value": pod.uid},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": pod.resource_version},
    ]


def _pin(at: PinPoint, node: str) -> Patch:
    field = {"key": "metadata.name", "operator": "In", "values": [node]}
    if at.parents < len(_PARENTS):
        empty = [_add(path, {}) for path in _PARENTS[at.parents : -1]]
        return [*empty, _add(_REQUIRED, {"nodeSelectorTerms": [{"matchFields": [field]}]})]
    patch = []
    for number, fields in enumerate(at.terms):
        path = f"{_REQUIRED}/nodeSelectorTerms/{number}/matchFields"
        if fields >= 0:
            patch.append(_add(f"{path}/-", field) if fields else _add(path, [field]))
    return patch


def _add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
