"""Connections: suppliers that exist, of the right kind, with shares that cover the load."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from ampacity.core.check.graph import Graph
from ampacity.core.site import Medium, Problem
from ampacity.core.units import PPM

_MOST_HINTS, _MOST_COMPARED = 20, 2000


class _Hints:
    """What may have been meant by names that are unknown: for each line once, and not for ever more lines,
    since comparing thousands of names with thousands takes minutes."""

    def __init__(self, noun: str, known: Iterable[str]) -> None:
        self._noun, self._known = noun, list(known)[:_MOST_COMPARED]
        self._found: dict[str, str] = {}

    def unknown(self, path: str, name: str, consumer: str) -> Problem:
        """The problem of `consumer`, at `path`, that names something unknown."""
        if path not in self._found and len(self._found) < _MOST_HINTS:
            self._found[path] = self._remedy(name)
        remedy = self._found.get(path, self._generic)
        return Problem(path, f"{consumer} names {name}, and the site has no such {self._noun}", remedy)

    @property
    def _generic(self) -> str:
        return f"add it to the site, or name one of its {self._noun}s"

    def _remedy(self, name: str) -> str:
        close = difflib.get_close_matches(name, self._known, n=1)
        return f"did you mean {close[0]}?" if close else self._generic


def suppliers(graph: Graph) -> Iterator[Problem]:
    hints = _Hints("domain", graph.domains)
    for path, consumer, edges in graph.power_edges():
        for number, edge in enumerate(edges):
            where = f"{path}[{number}]"
            if edge.supplier not in graph.domains:
                yield _no_domain(where, edge.supplier, consumer, graph, hints)
            if edge.supplier in {other.supplier for other in edges[:number]}:
                yield Problem(
                    where,
                    f"{consumer} names {edge.supplier} twice",
                    "name each supplier once, with the sum of both cords' breakers if they have any",
                )


def _no_domain(path: str, name: str, consumer: str, graph: Graph, hints: _Hints) -> Problem:
    if name not in graph.cooling:
        return hints.unknown(path, name, consumer)
    return Problem(
        path,
        f"{name}, from which {consumer} wants power, is a cooling unit",
        "name a domain; coolers belong under liquid or air",
    )


def coolers(graph: Graph) -> Iterator[Problem]:
    hints = _Hints("cooling unit", graph.cooling)
    for path, rack, edges, medium in graph.cooling_edges():
        for number, edge in enumerate(edges):
            where = path if len(edges) == 1 else f"{path}.suppliers[{number}]"
            unit = graph.cooling.get(edge.supplier)
            if unit is None:
                yield hints.unknown(where, edge.supplier, rack)
            elif unit.medium is not medium:
                right = "liquid" if unit.medium is Medium.LIQUID else "air"
                yield Problem(
                    where,
                    f"{edge.supplier} cools by {unit.medium.lower()}, and {rack} wants {medium.lower()}"
                    " from it",
                    f"name it under {right}, or name a unit whose medium is {medium}",
                )


def shares(graph: Graph) -> Iterator[Problem]:
    lists = [(path, consumer, edges) for path, consumer, edges in graph.power_edges()]
    lists += [(f"{path}.suppliers", rack, edges) for path, rack, edges, _ in graph.cooling_edges()]
    for path, consumer, edges in lists:
        shares = [edge.share for edge in edges if edge.share is not None]
        if shares and len(shares) < len(edges):
            yield Problem(
                path,
                f"some suppliers of {consumer} state a share and some do not",
                "state it on all or on none",
            )
        elif shares and sum(shares) < PPM:
            yield Problem(
                path,
                f"the shares of {consumer} sum to {sum(shares) / 10_000:g} %, so part of it has no supplier",
                "raise them to at least 100 %; shares are upper bounds and may sum to more",
            )
