"""A site in one state: what is dead, what each living supplier carries, which racks are lost.

A failed part is taken out of the graph, then whatever has lost all its
suppliers follows, until nothing more falls. What is left takes over in
proportion to its shares. Shares are exact fractions; nothing is rounded here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from ampacity.core.site import CoolingUnit, Declared, Domain, Edge, Rack, Site, State

IMBALANCE = Fraction(11, 10)
"""Equal cords do not share equally: 10 % more than the mean is assumed where no share is stated."""
_PPM = 1_000_000

NORMAL = State("normal")


class Carry(NamedTuple):
    """A living edge: its place among the consumer's edges, and the most it may carry (1 = all)."""

    place: int
    edge: Edge
    share: Fraction


@dataclass(frozen=True, slots=True)
class Scene:
    """A site in one state. `dead`: domains and cooling units that supply nothing there."""

    site: Site
    state: State
    dead: frozenset[str]

    def living(self, edges: Sequence[Edge]) -> tuple[Carry, ...]:
        """A consumer's living edges, of power, liquid or air."""
        return _carried(edges, self.dead)

    def loses(self, rack: Rack, runs_on_air: bool) -> bool:
        """Whether a rack has no live power, or is left without a cooling medium that it needs.

        `runs_on_air`: nothing in it needs liquid, so that air, if it is connected to
        living air, can take all of its heat when its loop is dead.
        """
        if _starved(rack.power, self.dead) or _starved(rack.air, self.dead):
            return True
        return self.on_air_alone(rack) and not (runs_on_air and rack.air)

    def on_air_alone(self, rack: Rack) -> bool:
        """Whether a rack has a loop, and the loop is dead."""
        return _starved(rack.liquid, self.dead)


def scenes(site: Site) -> Iterator[Scene]:
    """The present state first, then each single failure that must be survived."""
    parts: tuple[Domain | CoolingUnit, ...] = (*site.domains, *site.cooling)
    out = frozenset(part.name for part in parts if part.state is not Declared.HEALTHY)
    yield _scene(site, NORMAL, out)
    if out and not site.keep_redundancy:
        return
    for part in parts:
        if part.failure_domain and part.name not in out:
            yield _scene(site, State(part.name, part.type), out | {part.name})


def consumers_first(site: Site) -> tuple[Domain, ...]:
    """The domains, each before all of its suppliers."""
    domains = {domain.name: domain for domain in site.domains}
    placed: dict[str, Domain] = {}

    def place(domain: Domain) -> None:
        if domain.name not in placed:
            for edge in domain.suppliers:
                place(domains[edge.supplier])
            placed[domain.name] = domain

    for domain in site.domains:
        place(domain)
    return tuple(reversed(placed.values()))


def _scene(site: Site, state: State, failed: frozenset[str]) -> Scene:
    """`failed`, and whatever then has lost all its suppliers, until nothing more falls."""
    feeds = {domain.name: domain.suppliers for domain in site.domains}
    feeds |= {unit.name: unit.power for unit in site.cooling}
    dead = set(failed)
    while fallen := {name for name, edges in feeds.items() if name not in dead and _starved(edges, dead)}:
        dead |= fallen
    return Scene(site, state, frozenset(dead))


def _starved(edges: Sequence[Edge], dead: Collection[str]) -> bool:
    return bool(edges) and all(edge.supplier in dead for edge in edges)


def _carried(edges: Sequence[Edge], dead: frozenset[str]) -> tuple[Carry, ...]:
    """power-model "States": survivors take over in proportion; if only 0 % are left, equally."""
    shares = [_share(edge, len(edges)) for edge in edges]
    alive = [index for index, edge in enumerate(edges) if edge.supplier not in dead]
    held = sum((shares[index] for index in alive), Fraction(0))
    if held:
        factor = max(Fraction(1), sum(shares, Fraction(0))) / held
        return tuple(Carry(i, edges[i], min(Fraction(1), shares[i] * factor)) for i in alive)
    return tuple(Carry(i, edges[i], min(Fraction(1), IMBALANCE / len(alive))) for i in alive)


def _share(edge: Edge, siblings: int) -> Fraction:
    if edge.share is None:
        return min(Fraction(1), IMBALANCE / siblings)
    return Fraction(edge.share, _PPM)
