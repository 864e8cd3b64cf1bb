"""Names and sizes: unique, usable as node labels, within what Ampacity counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ampacity.core.check.graph import Graph
from ampacity.core.site import Problem
from ampacity.core.units import MAX_POWER, format_power

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_RESERVED = "normal"  # the name of the state in which nothing has failed


def names(graph: Graph) -> Iterator[Problem]:
    named = [(f"{path}.name", part.name) for path, part in graph.parts()]
    named += [(f"{path}.names", rack.name) for path, rack in graph.racks()]
    for path, name in named:
        if not _NAME.fullmatch(name):
            yield Problem(
                path,
                f"'{name}' cannot be a label value of a node",
                "use at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends",
            )
        elif name == _RESERVED:
            yield Problem(
                path, f"'{name}' is what the state without a failure is called", "choose another name"
            )


def duplicates(graph: Graph) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for path, part in graph.parts():
        yield from _seen_before(seen, f"{path}.name", part.name, "domain or cooling unit")
    seen = {}
    for path, rack in graph.racks():
        yield from _seen_before(seen, f"{path}.names", rack.name, "rack")


def _seen_before(seen: dict[str, str], path: str, name: str, noun: str) -> Iterator[Problem]:
    if name in seen:
        by = "the same line" if seen[name] == path else seen[name]
        yield Problem(path, f"{noun} {name} is there already, from {by}", "give each its own name")
    seen.setdefault(name, path)


def sizes(graph: Graph) -> Iterator[Problem]:
    for path, part in graph.parts():
        if part.capacity > MAX_POWER:
            yield Problem(
                path,
                f"{part.name} has {format_power(part.capacity)}, more than Ampacity counts",
                f"check the units; a part may have at most {format_power(MAX_POWER)}",
            )
