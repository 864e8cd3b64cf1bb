"""How a pod waits for its grant: by our scheduling gate, or by naming us as its scheduler.

The gate composes with any scheduler, which then looks after volumes, devices
and the node's network. A pod that names us gets a node and nothing else, in one write:
its binding. So it must need nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ampacity import names
from ampacity.translate.records import Lane

Json = Mapping[str, Any]

_PLAIN_VOLUMES = frozenset(
    {"configMap", "secret", "emptyDir", "downwardAPI", "projected", "hostPath", "image", "nfs"}
)
_ITS_SCHEDULER = f"it names {names.SCHEDULER} as its scheduler"
_BOTH = (
    f"{_ITS_SCHEDULER} and carries the scheduling gate {names.GATE} too, and one of them is enough:"
    " remove the gate"
)


@dataclass(frozen=True, slots=True)
class Wait:
    """What scheduler name and gates say of a pod; fields as in `PodRecord`."""

    waiting: bool
    lane: Lane
    gate_index: int
    other_gates: bool

    @property
    def unplaced(self) -> bool:
        """Whether its node can still be anybody's choice, so that a pin is only what its owner asks for."""
        return self.waiting or self.other_gates


def wait_of(gates: Sequence[Any], scheduler: str, bound: bool) -> Wait:
    """`gates`: names of all its scheduling gates."""
    ours, gated = scheduler == names.SCHEDULER, names.GATE in gates
    return Wait(
        waiting=gated or (ours and not bound),
        lane=Lane.BINDING if ours else Lane.GATE,
        gate_index=gates.index(names.GATE) if gated else -1,
        other_gates=len(gates) > gates.count(names.GATE),
    )


def obstacle(wait: Wait, spec: Json) -> str:
    """Why a pod that names us as its scheduler cannot be bound by us, as a sentence; "" if it can."""
    if not wait.waiting or wait.lane is not Lane.BINDING:
        return ""
    if wait.gate_index >= 0:
        return _BOTH
    # For claims no lane has a place: the planner says so, since no profile knows what they draw.
    needs = "" if spec.get("resourceClaims") else more_than_a_node(spec)
    return needs and (
        f"{_ITS_SCHEDULER}, which gives pods a node and nothing else, and it {needs}: make it anew"
        f" without schedulerName and with the scheduling gate {names.GATE}"
    )


def more_than_a_node(spec: Json) -> str:
    """What a pod, or a pod template, needs that a scheduler must see to: words to follow "it"; "" if nothing.

    Volumes of a kind that is not known count as such.
    """
    for volume in _dicts(spec.get("volumes")):
        kinds = {kind for kind, source in volume.items() if kind != "name" and source is not None}
        if not kinds <= _PLAIN_VOLUMES:
            return f"mounts a volume of type {min(kinds - _PLAIN_VOLUMES)}"
    if spec.get("resourceClaims"):
        return "asks for devices through resource claims"
    if spec.get("schedulingGroup"):
        return "is part of a scheduling group"
    if spec.get("hostNetwork"):
        return "uses its node's network"
    containers = (*_dicts(spec.get("containers")), *_dicts(spec.get("initContainers")))
    ports = (port for container in containers for port in _dicts(container.get("ports")))
    host_port = next((port["hostPort"] for port in ports if port.get("hostPort")), None)
    return f"uses port {host_port} of its node" if host_port is not None else ""


def _dicts(value: Any) -> list[Json]:
    """The objects of a list; a template may hold anything, and whoever creates the pod refuses the rest."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
