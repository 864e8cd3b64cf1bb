"""Whether a pool's pod template can be read at all, and if not, which part of it.

The API server takes any pod template in a pool: it judges it only when a Deployment
is made of it. One that cannot be read must not stop the reading of other pools.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ampacity.core.site import Problem
from ampacity.core.units import QuantityError
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pods.requests import UNREADABLE

Json = Mapping[str, Any]
_PATH = "spec.template.spec"
_CONTAINERS = ("containers", "initContainers")
_LISTS = (
    *_CONTAINERS,
    "tolerations",
    "topologySpreadConstraints",
    "schedulingGates",
    "volumes",
    "resourceClaims",
)
_OBJECTS = ("nodeSelector", "affinity", "resources", "overhead")
_SHOWN = 200
_REMEDY = "write it as in any pod; kubectl explain pod.spec tells the fields"


def unreadable_parts(template: Json, reader: PodReader) -> tuple[Problem, ...]:
    """A problem for each field and each container that cannot be read for itself; none if all can."""
    found = (_problem(path, part, reader) for path, part in _parts(template["spec"]))
    return tuple(problem for problem in found if problem is not None)


def _parts(spec: Json) -> Iterator[tuple[str, Json]]:
    """The fields of a pod spec, and its containers one by one: path, and a pod spec of nothing else."""
    for field, value in spec.items():
        if field in _CONTAINERS and isinstance(value, list):
            yield from ((f"{_PATH}.{field}[{n}]", {field: [one]}) for n, one in enumerate(value))
        else:
            yield f"{_PATH}.{field}", {field: value}


def _problem(path: str, spec: Json, reader: PodReader) -> Problem | None:
    (field, value), = spec.items()
    if field in _LISTS and not isinstance(value, list | None):
        return Problem(path, "must be a list", "begin each item with a dash")
    if field in _OBJECTS and not isinstance(value, dict | None):
        return Problem(path, "must be an object", "write its fields below it, indented")
    try:
        reader.template("", {"spec": spec})
        _read_gates(spec.get("schedulingGates"))
    except QuantityError as error:
        message, _, remedy = str(error).rpartition("; ")
        return Problem(path, message, remedy)
    except UNREADABLE as error:
        return Problem(path, f"is not formed as in a pod ({error!s:.{_SHOWN}})", _REMEDY)
    return None


def _read_gates(gates: Any) -> None:
    for gate in gates or ():
        gate["name"]
