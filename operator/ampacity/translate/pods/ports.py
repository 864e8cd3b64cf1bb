"""Ports of its node that a pod binds, as kube-scheduler reads them: of containers, and of sidecars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ampacity.core.ports import Port

Json = Mapping[str, Any]


def host_ports(spec: Json) -> Iterator[Port]:
    """Of a pod spec or of a template's, which the API server has not filled in yet."""
    on_host = bool(spec.get("hostNetwork"))
    for container in (*(spec.get("containers") or ()), *_sidecars(spec)):
        for port in container.get("ports") or ():
            number = port.get("hostPort") or (port.get("containerPort") if on_host else None)
            if number:
                yield port.get("protocol") or "TCP", int(number), port.get("hostIP") or ""


def _sidecars(spec: Json) -> Iterator[Json]:
    for container in spec.get("initContainers") or ():
        if container.get("restartPolicy") == "Always":
            yield container
