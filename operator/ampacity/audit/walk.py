"""Walks all load of a site up to its meters and coolers, in every state that must hold.

For each state the failed part is taken out of the graph (`scene`), and each
source of load that still lives is pushed up on its own (`push`); what arrives
at each limit is added up. All of it is exact fractions of a milliwatt. Sums of
loads are all this knows: no rows, no coefficients, no rounding.

What a source puts where depends only on what is dead above it, so that is
worked out once for each such set, not once for each state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction

from ampacity.audit.limits import Key, Reading, limits_of
from ampacity.audit.push import Push, Sums
from ampacity.audit.scene import Scene, consumers_first, scenes
from ampacity.audit.sources import sources_of
from ampacity.core.load import Load
from ampacity.core.site import Site, State


def walk(site: Site, loads: Mapping[str, Load], on_air: Collection[str] = ()) -> Iterator[Reading]:
    """A reading of every limit in every state that must hold.

    `loads`: what the nodes in each rack draw, base loads not included.
    `on_air`: racks in which nothing needs liquid.
    """
    limits = limits_of(site)
    for state, sums in _sums(site, loads, on_air):
        yield from (Reading(limit, state, sums.get(limit.key, 0)) for limit in limits)


def exceeded(site: Site, loads: Mapping[str, Load], on_air: Collection[str] = ()) -> tuple[Reading, ...]:
    """The readings that are over their limit."""
    limits = limits_of(site)
    return tuple(
        Reading(limit, state, load)
        for state, sums in _sums(site, loads, on_air)
        for limit in limits
        if (load := sums.get(limit.key, 0)) > limit.capacity
    )


def _sums(
    site: Site, loads: Mapping[str, Load], on_air: Collection[str]
) -> Iterator[tuple[State, Sums]]:
    order, sources = consumers_first(site), sources_of(site, on_air)
    known: dict[tuple[int, frozenset[str]], Sums] = {}

    def of_source(number: int, scene: Scene) -> Sums:
        key = number, scene.dead & sources[number].above
        if key not in known:
            known[key] = Push(scene, order).sums(sources[number], loads)
        return known[key]

    for scene in scenes(site):
        total: dict[Key, Fraction | int] = {}
        for number in range(len(sources)):
            for limit, load in of_source(number, scene).items():
                total[limit] = total[limit] + load if limit in total else load
        yield scene.state, total
