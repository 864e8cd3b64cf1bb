"""Countable resources (GPUs, slices of GPUs, network cards) that pods hold and nodes offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
Amounts = dict[str, int]
Devices = tuple[tuple[str, int], ...]
"""Counts by resource name."""


def pod_devices(spec: Json) -> Devices:
    """What a pod holds at its greatest moment: all containers, or one init container before them."""
    steady: Amounts = {}
    peak: Amounts = {}
    for container in spec.get("initContainers") or ():
        asks = dict(_asked(container))
        if container.get("restartPolicy") == "Always":
            _add(steady, asks)
        else:
            moment = dict(steady)
            _add(moment, asks)
            peak = {name: max(peak.get(name, 0), moment.get(name, 0)) for name in peak | moment}
    for container in spec.get("containers") or ():
        _add(steady, dict(_asked(container)))
    return tuple(sorted((name, max(steady.get(name, 0), peak.get(name, 0))) for name in steady | peak))


def _asked(container: Json) -> Devices:
    resources = container.get("resources") or {}
    return countable({**(resources.get("limits") or {}), **(resources.get("requests") or {})})


def countable(sizes: Json) -> Devices:
    """Countable resources: those with a vendor's prefix, in whole units."""
    return tuple((name, _whole(size)) for name, size in sizes.items() if "/" in name)


def _whole(size: Any) -> int:
    text = str(size)
    thousand = text.endswith("k")
    digits = text[:-1] if thousand else text
    return int(digits) * (1000 if thousand else 1) if digits.isdecimal() else 0


def _add(total: Amounts, more: Amounts) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, 0) + amount
