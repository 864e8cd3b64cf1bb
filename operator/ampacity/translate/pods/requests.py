"""What a pod asks of its node, and what a node offers, as kube-scheduler counts it.

The request of a pod is the larger of what runs together for good (containers
and sidecars) and the worst moment of starting (one init container plus the
sidecars started before it), plus the overhead of its runtime class. A figure
stated for the pod as a whole replaces the containers' one. Ports of the node
that the pod binds are asked for too: see `core.ports`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ampacity.core.ports import port_amounts
from ampacity.core.snapshot import Resources
from ampacity.translate.pods.ports import host_ports
from ampacity.translate.quantity import MOST, Quantity, asked, between, offered

UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)
"""What reading an object raises that is not as the API server would have it."""

Amounts = dict[str, int]
_NATIVE = {"cpu": 1000, "memory": 1, "ephemeral-storage": 1}


def pod_requests(spec: Mapping[str, Any]) -> Resources:
    """Effective request of a pod spec: CPU in thousandths, bytes, whole extended resources, and ports."""
    together: Amounts = {}
    for container in spec.get("containers") or ():
        _add(together, _amounts(container.get("resources")))
    peak, sidecars = _starting(spec.get("initContainers") or ())
    _add(together, sidecars)
    _raise_to(together, peak)
    together.update(_amounts(spec.get("resources")))
    _add(together, {name: _asked(name, size) for name, size in (spec.get("overhead") or {}).items()})
    together.update(port_amounts(host_ports(spec)))
    return _resources(together, 1)


def node_allocatable(status: Mapping[str, Any]) -> Resources:
    """What a node offers to pods; a node that does not say offers nothing."""
    amounts = _offered(status.get("allocatable"))
    pods = amounts.pop("pods", 0)
    return _resources(amounts, pods)


def node_devices(status: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """Countable resources that a node has, by name; the unhealthy ones, which it does not offer, too."""
    devices = _offered(status.get("capacity"))
    _raise_to(devices, _offered(status.get("allocatable")))
    devices.pop("pods", 0)
    return _resources(devices, 0).extended


def container_requests(containers: Any) -> Resources:
    """What can be read of what containers ask for, added up: for pods that cannot be read as a whole."""
    total: Amounts = {}
    for container in containers if isinstance(containers, list) else ():
        with suppress(*UNREADABLE):
            _add(total, _amounts(container.get("resources")))
    return _resources(total, 1)


def _offered(sizes: Mapping[str, Quantity] | None) -> Amounts:
    return {name: offered(size, _NATIVE.get(name, 1)) for name, size in (sizes or {}).items()}


def _starting(init_containers: Any) -> tuple[Amounts, Amounts]:
    """The worst moment while init containers run one by one, and the sidecars left running."""
    peak: Amounts = {}
    sidecars: Amounts = {}
    for container in init_containers:
        amounts = _amounts(container.get("resources"))
        if container.get("restartPolicy") == "Always":
            _add(sidecars, amounts)
            continue
        moment = dict(sidecars)
        _add(moment, amounts)
        _raise_to(peak, moment)
    return peak, sidecars


def _amounts(resources: Mapping[str, Any] | None) -> Amounts:
    """Requests; where only a limit is stated, the API server takes that."""
    if not resources:
        return {}
    stated = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
    return {name: _asked(name, size) for name, size in stated.items()}


def _asked(name: str, size: Quantity) -> int:
    return asked(size, _NATIVE.get(name, 1))


def _add(total: Amounts, more: Amounts) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, 0) + amount


def _raise_to(total: Amounts, floor: Amounts) -> None:
    for name, amount in floor.items():
        total[name] = max(total.get(name, 0), amount)


def _resources(amounts: Amounts, pods: int) -> Resources:
    amounts = {name: between(0, amount, MOST) for name, amount in amounts.items()}
    extended = tuple(sorted((name, size) for name, size in amounts.items() if name not in _NATIVE and size))
    return Resources(
        cpu_milli=amounts.get("cpu", 0),
        memory=amounts.get("memory", 0),
        ephemeral=amounts.get("ephemeral-storage", 0),
        pods=pods,
        extended=extended,
    )
