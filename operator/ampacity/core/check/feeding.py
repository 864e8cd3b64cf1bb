"""The graph as a whole: no circles, no rack without power or cooling, no failure that nobody feels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ampacity.core.check.graph import Graph
from ampacity.core.site import Domain, Medium, Problem

_MOST_SHOWN = 10


def cycles(graph: Graph) -> Iterator[Problem]:
    """Depth first from each domain; a supplier met again on the way down closes a cycle."""
    done: set[str] = set()
    for path, part in graph.parts():
        if isinstance(part, Domain) and part.name not in done:
            cycle = _cycle_from(part.name, graph.domains, done)
            if cycle:
                yield Problem(
                    f"{path}.suppliers",
                    f"power runs in a circle: {_shown(cycle)}",
                    "remove one of these suppliers, so that each path ends at a source",
                )


def _shown(cycle: list[str]) -> str:
    """The names in order; of a long circle its beginning and its end."""
    if len(cycle) <= _MOST_SHOWN:
        return " <- ".join(cycle)
    return f"{' <- '.join(cycle[: _MOST_SHOWN - 2])} <- ... ({len(cycle) - 1:,} in all) <- {cycle[-1]}"


def _cycle_from(start: str, domains: Mapping[str, Domain], done: set[str]) -> list[str]:
    """The cycle reached from `start`, first name repeated at the end, or nothing; adds to `done`."""
    trail: list[str] = []
    stack: list[tuple[str, bool]] = [(start, False)]
    while stack:
        name, leaving = stack.pop()
        if leaving:
            done.add(trail.pop())
            continue
        if name in trail:
            done.update(trail)
            return [*trail[trail.index(name) :], name]
        if name in done or name not in domains:
            continue
        trail.append(name)
        stack.append((name, True))
        stack += [(edge.supplier, False) for edge in domains[name].suppliers]
    return []


def racks(graph: Graph) -> Iterator[Problem]:
    has_air = any(unit.medium is Medium.AIR for unit in graph.site.cooling)
    for path, rack in graph.racks():
        if not rack.power:
            yield Problem(
                f"{path}.power", f"rack {rack.name} is fed by nothing", "name the domains that feed it"
            )
        if graph.site.cooling and not (rack.liquid or rack.air):
            yield Problem(
                path,
                f"rack {rack.name} is cooled by nothing",
                "name what cools it under air, or under liquid and air",
            )
        elif has_air and not rack.air:
            yield Problem(
                path,
                f"rack {rack.name} names no air unit, and part of its heat goes into room air",
                "name the unit under air",
            )


def idle_failures(graph: Graph) -> Iterator[Problem]:
    """Failure domains whose loss no rack would feel. Not judged where racks are known by labels alone."""
    if not graph.site.racks:
        return
    felt = _felt(graph)
    for path, part in graph.parts():
        if part.failure_domain and part.name not in felt:
            yield Problem(
                f"{path}.failureDomain",
                f"{part.name} is a failure domain, but no rack depends on it",
                "connect it, or take failureDomain away",
            )


def _felt(graph: Graph) -> set[str]:
    """Every domain and cooling unit that some rack depends on, directly or not."""
    felt: set[str] = set()
    waiting = [edge.supplier for rack in graph.site.racks for edge in (*rack.power, *rack.liquid, *rack.air)]
    while waiting:
        name = waiting.pop()
        if name not in felt:
            felt.add(name)
            if name in graph.domains:
                waiting += [edge.supplier for edge in graph.domains[name].suppliers]
            elif name in graph.cooling:
                waiting += [edge.supplier for edge in graph.cooling[name].power]
    return felt
