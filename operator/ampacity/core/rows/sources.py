"""Who draws: racks that hang on the same edges are one source; a domain's base load is another.

A hall of 1,250 racks has 50 kinds of rack. Coefficients are worked out per
kind, and per state only for kinds that the failure reaches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ampacity.core.load import NOTHING, Load
from ampacity.core.rows.flow import Coefs, Source, Subject, flow
from ampacity.core.rows.graph import Feeds, Graph
from ampacity.core.rows.model import RackContents
from ampacity.core.rows.states import Situation, lost_without
from ampacity.core.site import Edge, Rack
from ampacity.core.units import PPM

EMPTY = RackContents()
_NO_FEEDS = Feeds((), ())


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources; the first `kinds` are kinds of rack, the rest base loads of domains.

    `of_rack`: the kind of each rack. `base`: constant load per source (all its racks together).
    """

    all: tuple[Source, ...]
    kinds: int
    of_rack: tuple[int, ...]
    base: tuple[Load, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """One source in one state: what it has lost ("" if it runs), and its coefficients."""

    lost: str
    coefs: Mapping[Subject, Coefs]


@dataclass(frozen=True, slots=True)
class Walks:
    """Per state, the walks of the sources that the failure reaches; in normal operation (0) of all.

    `reaching`: per source, the states in which it has a walk.
    """

    by_state: tuple[Mapping[int, Walk], ...]
    reaching: tuple[tuple[int, ...], ...]


def rack_base(rack: Rack) -> Load:
    """The rack's base load; its heat goes to the loop less its air part, all to air without a loop."""
    air = min(rack.base_air, rack.base_load) if rack.liquid else rack.base_load
    return Load(rack.base_load, air, rack.base_load - air)


def make_sources(graph: Graph, racks: Sequence[Rack], contents: Mapping[str, RackContents]) -> Sources:
    """Group `racks`, and append the base loads of domains."""
    kinds: dict[tuple[tuple[Edge, ...], tuple[Edge, ...], tuple[Edge, ...], bool], int] = {}
    of_rack: list[int] = []
    base: list[Load] = []
    for rack in racks:
        needs_liquid = contents.get(rack.name, EMPTY).needs_liquid
        kind = kinds.setdefault((rack.power, rack.liquid, rack.air, needs_liquid), len(kinds))
        if kind == len(base):
            base.append(NOTHING)
        of_rack.append(kind)
        base[kind] += rack_base(rack)
    found = [
        Source(graph.feeds(power), graph.feeds(liquid), graph.feeds(air), needs)
        for power, liquid, air, needs in kinds
    ]
    for number, node in enumerate(graph.nodes):
        if node.base_load:
            found.append(Source(Feeds((number,), (PPM,)), _NO_FEEDS, _NO_FEEDS))
            base.append(Load(node.base_load))
    return Sources(tuple(found), len(kinds), tuple(of_rack), tuple(base))


def walk_all(graph: Graph, sources: Sources, states: Sequence[Situation]) -> Walks:
    """Normal operation for every source, and each failure for the sources it reaches."""
    hanging = _hanging(graph, sources.all)
    every = range(len(sources.all))
    reached: list[Sequence[int]] = [every]
    for state in states[1:]:
        reached.append(sorted({source for node in state.touched for source in hanging[node]}))
    reaching: list[list[int]] = [[] for _ in every]
    for situation, indices in enumerate(reached):
        for source in indices:
            reaching[source].append(situation)
    by_state = [
        {source: _walk(graph, sources.all[source], situation.dead) for source in indices}
        for situation, indices in zip(states, reached, strict=True)
    ]
    return Walks(tuple(by_state), tuple(map(tuple, reaching)))


def _hanging(graph: Graph, sources: Sequence[Source]) -> list[list[int]]:
    hanging: list[list[int]] = [[] for _ in graph.nodes]
    for index, source in enumerate(sources):
        for node in {*source.power.nodes, *source.liquid.nodes, *source.air.nodes}:
            hanging[node].append(index)
    return hanging


def _walk(graph: Graph, source: Source, dead: frozenset[int]) -> Walk:
    lost = lost_without(source.power, source.liquid, source.air, source.needs_liquid, dead)
    return Walk(lost, {} if lost else flow(graph, source, dead))
