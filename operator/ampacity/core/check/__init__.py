"""Whether a site's graph makes sense: what no schema can see.

Every problem names the line of the user's object that it comes from; when a
pattern makes the same mistake many times it is told once, with the first name
and a count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ampacity.core.check.edges import coolers, shares, suppliers
from ampacity.core.check.effort import effort
from ampacity.core.check.feeding import cycles, idle_failures, racks
from ampacity.core.check.graph import Graph, Origins
from ampacity.core.check.losses import losses
from ampacity.core.check.naming import duplicates, names, sizes
from ampacity.core.site import Problem, Site

__all__ = ["Origins", "check"]

_RULES: tuple[Callable[[Graph], Iterator[Problem]], ...] = (
    names,
    duplicates,
    sizes,
    effort,
    suppliers,
    coolers,
    shares,
    cycles,
    losses,
    racks,
    idle_failures,
)


def check(site: Site, origins: Origins | None = None) -> tuple[Problem, ...]:
    """Everything wrong with the graph of `site`; nothing if it can be built into rows."""
    graph = Graph(site, origins or Origins.of(site))
    found: list[Problem] = []
    for rule in _RULES:
        found += rule(graph)
    return _told_once(found)


def _told_once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """One problem per path and remedy: the first, with how many more there are."""
    first: dict[tuple[str, str], Problem] = {}
    counts: dict[tuple[str, str], int] = {}
    for problem in problems:
        key = (problem.path, problem.remedy)
        first.setdefault(key, problem)
        counts[key] = counts.get(key, 0) + 1
    return tuple(
        Problem(one.path, one.message + _and_more(counts[key] - 1), one.remedy) for key, one in first.items()
    )


def _and_more(others: int) -> str:
    return f" (and {others:,} more)" if others else ""
