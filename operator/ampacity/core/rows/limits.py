"""Every limit of a domain, cooling unit or cord between them, in every state, as an unnamed row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ampacity.core.load import Load
from ampacity.core.rows.dominate import Limit, undominated
from ampacity.core.rows.flow import WHOLE, Coefs, Subject
from ampacity.core.rows.graph import Graph
from ampacity.core.rows.sources import Sources, Walks
from ampacity.core.rows.states import Situation
from ampacity.core.units import PPM

_NONE: Coefs = (0, 0, 0)
_Vector = dict[int, Coefs]


@dataclass(frozen=True, slots=True)
class SubjectLimits:
    """One subject: its row in normal operation, and those of its rows that no other row of it dominates."""

    normal: Limit
    kept: tuple[Limit, ...]


def subjects(graph: Graph) -> list[Subject]:
    """Domains and cooling units in the site's order, each followed by its cords that have a breaker."""
    found: list[Subject] = []
    for number in graph.listed:
        found.append((number, WHOLE))
        edges = graph.nodes[number].edges
        found.extend((number, place) for place, edge in enumerate(edges) if edge.breaker is not None)
    return found


def capacity(graph: Graph, subject: Subject) -> int:
    """mW."""
    number, place = subject
    node = graph.nodes[number]
    return node.capacity if place == WHOLE else node.edges[place].breaker or 0


def subject_limits(graph: Graph, sources: Sources, walks: Walks) -> list[SubjectLimits]:
    """Per subject, its normal row and its rows that matter."""
    normal, changes = _tables(walks)
    found = []
    for order, subject in enumerate(subjects(graph)):
        total = capacity(graph, subject) * PPM
        limits = list(_limits(subject, order, total, normal[subject], changes[subject], sources))
        found.append(SubjectLimits(limits[0], tuple(undominated(limits))))
    return found


def needed(graph: Graph, subject: Subject) -> frozenset[int]:
    """The nodes without which this subject carries nothing."""
    number, place = subject
    return frozenset([number] if place == WHOLE else [number, graph.nodes[number].feeds.nodes[place]])


def count_limits(graph: Graph, states: Sequence[Situation]) -> int:
    """How many rows these subjects have over all states before any is dropped."""
    needing: dict[int, set[Subject]] = defaultdict(set)
    everything = subjects(graph)
    for subject in everything:
        for node in needed(graph, subject):
            needing[node].add(subject)
    gone = sum(len(set().union(*(needing[node] for node in state.dead))) for state in states)
    return len(everything) * len(states) - gone


def _tables(walks: Walks) -> tuple[Mapping[Subject, _Vector], Mapping[Subject, Mapping[int, _Vector]]]:
    """Coefficients in normal operation by subject and source, and per state those that differ."""
    normal: dict[Subject, _Vector] = defaultdict(dict)
    changes: dict[Subject, dict[int, _Vector]] = defaultdict(lambda: defaultdict(dict))
    usual = walks.by_state[0]
    for source, walk in usual.items():
        for subject, coefs in walk.coefs.items():
            normal[subject][source] = coefs
    for situation, reached in enumerate(walks.by_state[1:], start=1):
        for source, walk in reached.items():
            before, after = usual[source].coefs, walk.coefs
            for subject in before.keys() | after.keys():
                coefs = after.get(subject, _NONE)
                if coefs != before.get(subject, _NONE):
                    changes[subject][situation][source] = coefs
    return normal, changes


def _limits(subject: Subject, order: int, total: int, normal: _Vector, changes: Mapping[int, _Vector],
            sources: Sources) -> Iterator[Limit]:
    """The normal row first, then a row for each state that makes something larger."""
    base = sum(_dot(coefs, sources.base[source]) for source, coefs in normal.items())
    usual = {source: coefs for source, coefs in normal.items() if source < sources.kinds}
    yield Limit(subject, 0, usual, base, total - base, order)
    for situation, changed in changes.items():
        if not any(_larger(coefs, normal.get(source, _NONE)) for source, coefs in changed.items()):
            continue
        here = base + sum(
            _dot(coefs, sources.base[source]) - _dot(normal.get(source, _NONE), sources.base[source])
            for source, coefs in changed.items()
        )
        differs = {source: coefs for source, coefs in changed.items() if source < sources.kinds}
        # What the failure changes comes first, so that comparing two rows ends early: see `dominate`.
        vector = {source: coefs for source, coefs in differs.items() if coefs != _NONE}
        vector |= {source: coefs for source, coefs in usual.items() if source not in differs}
        yield Limit(subject, situation, vector, here, total - here, order)


def _larger(coefs: Coefs, before: Coefs) -> bool:
    return any(now > then for now, then in zip(coefs, before, strict=True))


def _dot(coefs: Coefs, load: Load) -> int:
    power, air, liquid = coefs
    return power * load.power + air * load.air + liquid * load.liquid
