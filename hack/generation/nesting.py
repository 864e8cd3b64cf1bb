"""The admission policy that refuses objects of ours nested without end: see `ampacity.apis.depth`.

CEL has no recursion, so the tree is taken apart level by level: each variable holds
the objects and lists one level below those of the one before. It fails closed: what
it cannot judge is too much for everybody else too.
"""

from __future__ import annotations

from typing import Any

from ampacity.apis.depth import DEEPEST, REMEDY, SENTENCE
from ampacity.names import GROUP, VERSION
from hack.generation.admission import policy_and_binding

Json = dict[str, Any]
NAME = f"nesting.{GROUP}"
_FREE = ["gpuinferencepools", "sitepowerenvelopes"]


def nesting() -> list[Json]:
    """The ValidatingAdmissionPolicy and its binding."""
    rule = {
        "apiGroups": [GROUP],
        "apiVersions": [VERSION],
        "operations": ["CREATE", "UPDATE"],
        "resources": _FREE,
    }
    spec = {
        "failurePolicy": "Fail",
        "variables": [{"name": f"level{n}", "expression": _level(n)} for n in range(DEEPEST + 1)],
        "validations": [
            {
                "expression": f"variables.level{DEEPEST}.size() == 0",
                "message": f"spec: {SENTENCE}; {REMEDY}",
                "reason": "Invalid",
            }
        ],
    }
    return policy_and_binding(NAME, rule, spec)


def _level(number: int) -> str:
    if number == 0:
        return "[dyn(object.spec)]"
    inner = "type(v) == map ? v.map(k, dyn(v[k])) : v.map(e, dyn(e))"
    above = f"variables.level{number - 1}"
    return f"{above}.map(v, {inner}).flatten().filter(v, type(v) == map || type(v) == list)"
