"""JSON nested without end, where a field may hold anything: a pool's pod template, for one.

The API server takes 10,000 levels. Parsers give up long before, and with the whole
list in which such an object stands: one of them would hide all others. So an
admission policy refuses it (`hack/generation/nesting.py`), and whoever reads
objects from elsewhere refuses it here.
"""

from __future__ import annotations

from typing import Any

from ampacity.core.site import Problem

DEEPEST = 16
"""Levels below `spec`; those of a pod's affinity, in a pool's template, are 11."""

SENTENCE = f"is nested deeper than {DEEPEST} levels"
REMEDY = "write out only what is meant"


def too_deep(spec: Any) -> tuple[Problem, ...]:
    """A problem where `spec` is nested too deep, at the field that leads there."""
    level = [("spec", spec)]
    for _ in range(DEEPEST):
        level = [child for path, value in level for child in _children(path, value)]
        if not level:
            return ()
    shown = ".".join(level[0][0].split(".")[:5])
    return (Problem(shown, SENTENCE, REMEDY),)


def _children(path: str, value: Any) -> list[tuple[str, Any]]:
    """What lies below a value and may hold more."""
    if isinstance(value, dict):
        inner = [(f"{path}.{key}", child) for key, child in value.items()]
    elif isinstance(value, list):
        inner = [(f"{path}[{number}]", child) for number, child in enumerate(value)]
    else:
        return []
    return [(name, child) for name, child in inner if isinstance(child, dict | list)]
