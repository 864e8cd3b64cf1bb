"""Connections: suppliers that exist, of the right kind, with shares that cover the load."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from ampacity.core.check.graph import Graph
from ampacity.core.site import Medium, Problem
from ampacity.core.units import PPM


def suppliers(graph: Graph) -> Iterator[Problem]:
    for path, consumer, edges in graph.power_edges():
        for number, edge in enumerate(edges):
            where = f"{path}[{number}]"
            if edge.supplier not in graph.domains:
                yield _no_domain(where, edge.supplier, consumer, graph)
            if edge.supplier in {other.supplier for other in edges[:number]}:
                yield Problem(
                    where,
                    f"{consumer} names {edge.supplier} twice",
                    "name each supplier once, with the sum of both cords' breakers if they have any",
                )


def _no_domain(path: str, name: str, consumer: str, graph: Graph) -> Problem:
    if name not in graph.cooling:
        return _unknown(path, name, consumer, "domain", graph.domains)
    return Problem(
        path,
        f"{name}, from which {consumer} wants power, is a cooling unit",
        "name a domain; coolers belong under liquid or air",
    )


def _unknown(path: str, name: str, consumer: str, noun: str, known: Iterable[str]) -> Problem:
    close = difflib.get_close_matches(name, list(known)[:2000], n=1)
    remedy = f"did you mean {close[0]}?" if close else f"add it to the site, or name one of its {noun}s"
    return Problem(path, f"{consumer} names {name}, and the site has no such {noun}", remedy)


def coolers(graph: Graph) -> Iterator[Problem]:
    for path, rack, edges, medium in graph.cooling_edges():
        for number, edge in enumerate(edges):
            where = path if len(edges) == 1 else f"{path}.suppliers[{number}]"
            unit = graph.cooling.get(edge.supplier)
            if unit is None:
                yield _unknown(where, edge.supplier, rack, "cooling unit", graph.cooling)
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
