"""Losses that add up to nonsense: a watt in a rack that costs a kilowatt at the source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter

from ampacity.core.check.graph import Graph
from ampacity.core.site import CoolingUnit, Domain, Edge, Problem
from ampacity.core.units import PPM

MOST = 1000  # The rows count no more than that (rows.flow.MAX_COEF), whatever the shares.


def losses(graph: Graph) -> Iterator[Problem]:
    """The first parts, seen from the sources, through which a watt costs more than `MOST` watts."""
    parts = {part.name: part for _, part in graph.parts()}
    order = _sources_first(parts)
    costs: dict[str, Fraction] = {}
    for name in order:
        above = [costs[edge.supplier] for edge in _edges(parts[name]) if edge.supplier in costs]
        costs[name] = max([Fraction(1), *(_gain(parts[name]) * cost for cost in above)])
    for path, part in graph.parts():
        costly_above = any(costs.get(edge.supplier, 0) > MOST for edge in _edges(part))
        if order and costs[part.name] > MOST and not costly_above:
            field = "efficiency" if isinstance(part, Domain) else "coolingPower"
            yield Problem(
                f"{path}.{field}",
                f"with all losses on the way, a watt at {part.name} costs more than {MOST:,} W at a source",
                "correct the efficiencies between it and its source; 97% means 97 of 100 W arrive",
            )


def _sources_first(parts: Mapping[str, Domain | CoolingUnit]) -> list[str]:
    """Suppliers before consumers; nothing where power runs in a circle, which another rule tells."""
    sorter = TopologicalSorter(
        {name: [edge.supplier for edge in _edges(part) if edge.supplier in parts]
         for name, part in parts.items()}
    )  # fmt: skip
    try:
        return list(sorter.static_order())
    except CycleError:
        return []


def _edges(part: Domain | CoolingUnit) -> tuple[Edge, ...]:
    return part.suppliers if isinstance(part, Domain) else part.power


def _gain(part: Domain | CoolingUnit) -> Fraction:
    """What it takes from its suppliers for each watt that arrives at it."""
    if isinstance(part, Domain):
        return Fraction(PPM, max(1, part.efficiency))
    return Fraction(part.cooling_power, PPM)
