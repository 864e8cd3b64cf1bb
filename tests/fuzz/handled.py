"""What the operator makes of an object that the API server has taken."""

from __future__ import annotations

import re
from typing import Any

from ampacity import names
from ampacity.core.plan import Reason

Json = dict[str, Any]

READY = "accepted, Ready"
STALLED = "accepted, Stalled with path and remedy"
DENIED = "accepted, its Deployment refused in the API server's words"
PLACED = "accepted, placed"
WAITING = "accepted, waiting with a reason"
POWERED = "accepted, powered"
NOT_OURS = "accepted, not ours"
COUNTED = "accepted, counted"
OUTCOMES = (READY, STALLED, DENIED, PLACED, WAITING, POWERED, NOT_OURS, COUNTED)

_PROBLEM = re.compile(r"(spec|metadata)[\w.\[\]/{}-]*: .+; .+", re.S)
_DENIED = re.compile(r"the API server refused Deployment \S+: .+", re.S)


def outcome(plural: str, obj: Json) -> str | None:
    """The class of what the operator says of the object; None while it has said nothing yet."""
    if plural == "nodes":
        return COUNTED
    if plural == "pods":
        return _of_pod(obj)
    found = {item["type"]: item for item in obj.get("status", {}).get("conditions", ())}
    if obj.get("status", {}).get("observedGeneration") != obj["metadata"]["generation"]:
        return None
    return _of_pool(found) if plural == "gpuinferencepools" else _of_ours(found)


def unhelpful(plural: str, obj: Json) -> str:
    """Why the answer is none that a user can work with; "" if it is one."""
    conditions = {item["type"]: item for item in obj.get("status", {}).get("conditions", ())}
    stalled = conditions.get("Stalled", {})
    told = _DENIED if stalled.get("reason") == Reason.REFUSED else _PROBLEM
    if stalled.get("status") == "True" and not told.fullmatch(stalled["message"]):
        return f"Stalled without path and remedy: {stalled['message']}"
    answer = conditions.get(names.POWERED if plural == "pods" else "Ready", {})
    return "an answer without a word" if answer and not answer.get("message") else ""


def _of_ours(conditions: dict[str, Json]) -> str | None:
    if conditions["Stalled"]["status"] == "True":
        return STALLED
    return READY if conditions["Ready"]["status"] == "True" else None


def _of_pool(conditions: dict[str, Json]) -> str | None:
    if conditions["Stalled"]["status"] == "True":
        return DENIED if conditions["Stalled"]["reason"] == Reason.REFUSED else STALLED
    if conditions["Ready"]["status"] == "True":
        return READY
    reason = conditions["Ready"]["reason"]
    return None if reason == "Placing" else PLACED if reason in ("Starting", "PodsNotCreated") else WAITING


def _of_pod(pod: Json) -> str | None:
    """A pod of ours has our gate or our scheduler's name, or had one of them when we granted it."""
    gates = {gate["name"] for gate in pod["spec"].get("schedulingGates", ())}
    found = {item["type"]: item for item in pod.get("status", {}).get("conditions", ())}
    answer = found.get(names.POWERED)
    if answer is not None:
        return POWERED if answer["status"] == "True" else WAITING
    return None if names.GATE in gates or _by_us(pod) else NOT_OURS


def _by_us(pod: Json) -> bool:
    return pod["spec"].get("schedulerName") == names.SCHEDULER
