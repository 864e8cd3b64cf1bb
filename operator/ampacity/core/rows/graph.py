"""A site as numbered nodes: who is supplied by whom, and in which order load walks up.

Nodes are power domains and cooling units; racks are not nodes but sources of
load. A number is a place in topological order, consumers before suppliers, so
that load entering anywhere can be carried up by taking the lowest number next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from ampacity.core.rows.model import RowKind
from ampacity.core.site import CoolingUnit, Declared, Domain, Edge, Medium, Site
from ampacity.core.units import PPM


@dataclass(frozen=True, slots=True)
class Feeds:
    """A consumer's edges, by node number, each with its stated share (ppm) or None."""

    nodes: tuple[int, ...]
    shares: tuple[int | None, ...]

    def live(self, dead: frozenset[int]) -> tuple[bool, ...]:
        """Per edge: is its supplier in service?"""
        return tuple([node not in dead for node in self.nodes])

    def cut(self, dead: frozenset[int]) -> bool:
        """Nothing left of at least one edge. No edges at all are never cut."""
        return bool(self.nodes) and all(node in dead for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Node:
    """A domain or cooling unit. What it takes from its suppliers is `gain` (numerator,
    denominator) times what it carries: 1/efficiency, or electrical watts per watt of heat."""

    kind: RowKind
    name: str
    type: str
    capacity: int
    gain: tuple[int, int]
    base_load: int
    failure_domain: bool
    out: bool
    edges: tuple[Edge, ...]
    feeds: Feeds


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in topological order; `listed` has their numbers in the site's own order."""

    nodes: tuple[Node, ...]
    number: dict[str, int]
    listed: tuple[int, ...]
    consumers: tuple[tuple[int, ...], ...]

    def feeds(self, edges: Iterable[Edge]) -> Feeds:
        """`edges` by node number. Raises ValueError on a supplier the site does not have."""
        return _feeds(edges, self.number)

    def spread(self, start: Iterable[int], joins: Callable[[int, set[int]], bool]) -> set[int]:
        """`start` and every consumer downstream that `joins(consumer, reached so far)`."""
        reached = set(start)
        queue = list(reached)
        while queue:
            for consumer in self.consumers[queue.pop()]:
                if consumer not in reached and joins(consumer, reached):
                    reached.add(consumer)
                    queue.append(consumer)
        return reached


def make_graph(site: Site) -> Graph:
    """The graph of `site`. Raises ValueError on a cycle or an unknown or ambiguous name."""
    listed: tuple[Domain | CoolingUnit, ...] = (*site.domains, *site.cooling)
    parts = {part.name: part for part in listed}
    if len(parts) != len(listed):
        raise ValueError(f"site {site.name}: two domains or cooling units have one name")
    number = {name: index for index, name in enumerate(_order(site.name, parts))}
    nodes = tuple(_node(parts[name], number) for name in number)
    consumers: list[list[int]] = [[] for _ in nodes]
    for index, node in enumerate(nodes):
        for supplier in dict.fromkeys(node.feeds.nodes):
            consumers[supplier].append(index)
    return Graph(nodes, number, tuple([number[name] for name in parts]), tuple(map(tuple, consumers)))


def _order(site: str, parts: dict[str, Domain | CoolingUnit]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, part in parts.items():
        sorter.add(name, *(edge.supplier for edge in _edges(part) if edge.supplier in parts))
    try:
        order = list(sorter.static_order())
    except CycleError as error:
        raise ValueError(f"site {site}: power runs in a circle: {' -> '.join(error.args[1])}") from error
    return order[::-1]


def _edges(part: Domain | CoolingUnit) -> tuple[Edge, ...]:
    return part.suppliers if isinstance(part, Domain) else part.power


def _node(part: Domain | CoolingUnit, number: dict[str, int]) -> Node:
    edges = _edges(part)
    if isinstance(part, Domain):
        kind, gain, base = RowKind.DOMAIN, (PPM, part.efficiency), part.base_load
    else:
        kind = RowKind.LIQUID if part.medium is Medium.LIQUID else RowKind.AIR
        gain, base = (part.cooling_power, PPM), 0
    out = part.state is not Declared.HEALTHY
    return Node(kind, part.name, part.type, part.capacity, gain, base, part.failure_domain, out,
                edges, _feeds(edges, number))


def _feeds(edges: Iterable[Edge], number: dict[str, int]) -> Feeds:
    edges = tuple(edges)
    unknown = [edge.supplier for edge in edges if edge.supplier not in number]
    if unknown:
        raise ValueError(f"no domain or cooling unit is called {unknown[0]}")
    return Feeds(tuple([number[edge.supplier] for edge in edges]), tuple([edge.share for edge in edges]))
