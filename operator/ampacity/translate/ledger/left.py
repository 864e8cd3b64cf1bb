"""The place that a pod leaves, as the ledger keeps it for the pod's controller."""

from __future__ import annotations

from collections.abc import Iterable

from ampacity.core.ledger import FenceEntry, Hold, Left
from ampacity.core.ports import offered
from ampacity.core.snapshot import Resources
from ampacity.translate.records import NodeRecord, PodRecord
from ampacity.translate.snapshot.usage import NodeUse

_REPLACING = ("Deployment/", "ReplicaSet/", "StatefulSet/")


def is_replaced(pod: PodRecord) -> bool:
    """Whether its controller makes another pod in its stead, without counting a loss as a failure."""
    return pod.controller.startswith(_REPLACING)


def has_place(pod: PodRecord) -> bool:
    """Whether it was granted a place, and still has it."""
    return pod.reservation is not None and not pod.waiting


def left_by(pod: PodRecord) -> Left:
    """What this pod, which is gone, leaves behind. ValueError if it had no place."""
    place = pod.reservation
    if place is None:
        raise ValueError(f"pod {pod.uid} had no reservation")
    return Left(
        pod.uid, f"{pod.namespace}/{pod.name}", pod.controller, pod.node, place.site, place.rack,
        place.profile, pod.shape.gpu_units, place.load, pod.shape.requests, bool(pod.pool),
        pod.shape.workload,
    )  # fmt: skip


def is_free(
    place: Left, node: NodeRecord, use: NodeUse, promises: Iterable[FenceEntry | Hold | Left]
) -> bool:
    """Whether nobody has taken what the pod left on its node. Power is not judged here.

    `promises`: what else is kept there.
    """
    parts = [use.taken, place.requests, *(promise.requests for promise in promises)]
    taken = [_amounts(part) for part in parts]
    total = {name: sum(part.get(name, 0) for part in taken) for name in taken[1]}
    there = _amounts(node.allocatable)
    return all(amount <= there.get(name, offered(name)) for name, amount in total.items())


def _amounts(resources: Resources) -> dict[str, int]:
    """What is asked for, by name: nothing for what is not."""
    amounts = {
        "cpu": resources.cpu_milli,
        "memory": resources.memory,
        "ephemeral-storage": resources.ephemeral,
        "pods": resources.pods,
        **dict(resources.extended),
    }
    return {name: amount for name, amount in amounts.items() if amount}
