"""Pods that the kubelet of their node refused: they have failed before any container of theirs began.

The node may have less than it says, or a device, topology or sysctl that the
pod needs is not to be had there. Such a pod never drew anything. Its controller
makes another one at once, which would be refused there just the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ampacity import names

_SAID = 300
_REFUSED = "Pod was rejected"
"""How a kubelet's message begins, whatever the reason is called."""

_OUT_OF = "OutOf"
_REASONS = frozenset(
    {"NodeAffinity", "NodeName", "NodePorts", "UnexpectedAdmissionError", "TopologyAffinityError"}
)
"""Reasons of kubelets whose message does not begin so; beside them all that begin with `_OUT_OF`."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """`node` has refused the pod of this uid, which we had placed; `why`: as its kubelet says."""

    uid: str
    node: str
    why: str


def rejection_of(pod: Mapping[str, Any]) -> Rejection | None:
    """What a v1 Pod says of its rejection; None if it was not refused, or somebody else had placed it."""
    status, metadata = pod.get("status") or {}, pod.get("metadata") or {}
    if status.get("phase") != "Failed" or names.RESERVATION not in (metadata.get("annotations") or {}):
        return None
    reason, message = str(status.get("reason") or ""), str(status.get("message") or "")
    if not (message.startswith(_REFUSED) or reason.startswith(_OUT_OF) or reason in _REASONS):
        return None
    node = str((pod.get("spec") or {}).get("nodeName") or "")
    said = ": ".join(part for part in (reason, message) if part)
    return Rejection(str(metadata.get("uid") or ""), node, said[:_SAID])
