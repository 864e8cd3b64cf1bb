"""What kind of work a pod is, by its labels."""

from __future__ import annotations

from collections.abc import Mapping

from ampacity import names
from ampacity.apis.text import printable
from ampacity.core.fabric import Work
from ampacity.core.workload import Workload

_KINDS = ", ".join(Workload)


def work_of(labels: Mapping[str, str], units: int) -> Work:
    """The work of a pod of `units` GPUs. A job that does not say how many it joins joins its pod's own."""
    kind, size = workload_of(labels), labels.get(names.INTERCONNECT, str(units))
    if kind is None:
        return Work(doubt=_doubt(names.WORKLOAD, labels[names.WORKLOAD], f"write one of {_KINDS}"))
    if not (size.isascii() and size.isdigit()):
        remedy = "write how many GPUs the whole job joins, for example 64"
        return Work(doubt=_doubt(names.INTERCONNECT, size, remedy))
    return Work(kind, int(size))


def workload_of(labels: Mapping[str, str]) -> Workload | None:
    """The class of a pod: inference where its label says nothing, None where it says what is no class."""
    kind = labels.get(names.WORKLOAD, Workload.INFERENCE)
    return Workload(kind) if kind in set(Workload) else None


def _doubt(label: str, text: str, remedy: str) -> str:
    return f"label {label} says '{printable(text)}'; {remedy}"
