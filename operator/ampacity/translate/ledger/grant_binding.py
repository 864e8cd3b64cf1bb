"""A grant as the pod's binding: place, reservation and start are one write.

The API server copies a binding's annotations to the pod, and refuses it on
another UID or resourceVersion than it names, on a pod that is bound or on its
way out, and on one that still has gates.
"""

from __future__ import annotations

from typing import Any

from ampacity import names
from ampacity.core.plan import Grant
from ampacity.translate.pods.reservation import encode, reserved
from ampacity.translate.records import PodRecord


def grant_binding(pod: PodRecord, grant: Grant, fence: str) -> dict[str, Any]:
    """The v1 Binding that places `pod` as `grant` says; `fence` names the ledger write that announced it."""
    return {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {
            "name": pod.name,
            "namespace": pod.namespace,
            "uid": pod.uid,
            "resourceVersion": pod.resource_version,
            "annotations": {names.RESERVATION: encode(reserved(grant), fence)},
        },
        "target": {"apiVersion": "v1", "kind": "Node", "name": grant.node},
    }
