"""A second, slow reading of the power model, in exact fractions and names instead of integers and numbers.

Shares nothing with the rows but the site values. `bound` asks from a domain
down to the rack (the rows walk from the rack up); `Split` is one way the hall
may really share load, within the stated upper bounds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

from ampacity.core.load import Load
from ampacity.core.rows import RackContents
from ampacity.core.site import CoolingUnit, Declared, Domain, Edge, Outcome, Rack, Site
from ampacity.core.units import PPM

ONE = Fraction(1)
Part = CoolingUnit | Domain
_Consumer = tuple[str, str, tuple[Edge, ...], Callable[[], Any]]  # name, kind of load, edges, its draw


@dataclass
class Moment:
    """The site in one state: `failed` is the failure domain on top of what is declared, or None."""

    site: Site
    contents: Mapping[str, RackContents]
    failed: str | None = None
    _bounds: dict[tuple[str, str, str], tuple[Fraction, Fraction]] = field(default_factory=dict)

    @cached_property
    def parts(self) -> dict[str, Part]:
        return {part.name: part for part in (*self.site.domains, *self.site.cooling)}

    @cached_property
    def dead(self) -> frozenset[str]:
        dead = {name for name, part in self.parts.items() if part.state is not Declared.HEALTHY}
        dead |= {self.failed} if self.failed else set()
        while True:
            more = {name for name, part in self.parts.items() if self._starved(part, dead)} - dead
            if not more:
                return frozenset(dead)
            dead |= more

    def _starved(self, part: Part, dead: set[str]) -> bool:
        edges = edges_of(part)
        return bool(edges) and all(edge.supplier in dead for edge in edges)

    def shares(self, edges: Sequence[Edge]) -> list[Fraction]:
        """The most each edge carries of its consumer, 0 for dead ones."""
        if all(edge.share is None for edge in edges):
            stated = [min(ONE, Fraction(11, 10) / max(1, len(edges)))] * len(edges)
        else:
            stated = [Fraction(edge.share or 0, PPM) for edge in edges]
        live = [edge.supplier not in self.dead for edge in edges]
        alive = sum(share for share, lives in zip(stated, live, strict=True) if lives)
        if any(live) and not alive:
            stated = [min(ONE, Fraction(11, 10) / sum(live))] * len(edges)
            return [share * lives for share, lives in zip(stated, live, strict=True)]
        grow = max(ONE, sum(stated, Fraction(0))) / alive if alive else Fraction(0)
        return [min(ONE, share * grow) * lives for share, lives in zip(stated, live, strict=True)]

    def cut(self, edges: Sequence[Edge]) -> bool:
        return bool(edges) and all(edge.supplier in self.dead for edge in edges)

    def lost(self, rack: Rack) -> bool:
        if self.cut(rack.power) or not rack.power or self.cut(rack.air):
            return True
        needs = self.contents.get(rack.name, RackContents()).needs_liquid
        return self.cut(rack.liquid) and (needs or not rack.air)

    def throttled(self, rack: Rack) -> bool:
        contents = self.contents.get(rack.name, RackContents())
        if rack.shelves and contents.maximum > self.supplies(rack, rack.shelves.count) * rack.shelves.watts:
            return True
        return any(need > self.supplies(rack, count) * watts for need, count, watts in contents.nodes)

    def supplies(self, rack: Rack, count: int) -> int:
        """Deal the supplies out over the edges one by one; count those on live edges."""
        live = [edge.supplier not in self.dead for edge in rack.power]
        return sum(live[i % len(live)] for i in range(count))

    def outcome(self, rack: Rack) -> Outcome:
        if self.lost(rack):
            return Outcome.LOST
        return Outcome.THROTTLED if self.throttled(rack) else Outcome.SURVIVES

    def entrances(self, rack: Rack) -> dict[str, tuple[Edge, ...]]:
        return {
            "power": rack.power, "air": rack.air,
            "liquid": rack.air if self.cut(rack.liquid) else rack.liquid,
        }

    def bound(self, rack: Rack, kind: str, target: str) -> tuple[Fraction, Fraction]:
        """(most of one watt of `kind` that `target` may carry, largest gain of any path to it)."""
        key = (rack.name, kind, target)
        if key not in self._bounds:
            edges = self.entrances(rack)[kind]
            self._bounds[key] = self._combine([
                (share, ONE, ONE) for edge, share in zip(edges, self.shares(edges), strict=True)
                if edge.supplier == target
            ] + self._through(target, lambda part: self.bound(rack, kind, part)))
        return self._bounds[key]

    def base_bound(self, source: str, target: str) -> tuple[Fraction, Fraction]:
        """The same for the base load on the output of `source`."""
        if source in self.dead:
            return Fraction(0), Fraction(0)
        own = [(ONE, ONE, ONE)] if source == target else []
        return self._combine(own + self._through(target, lambda part: self.base_bound(source, part)))

    def _through(self, target: str, below: Callable[[str], tuple[Fraction, Fraction]],
                 ) -> list[tuple[Fraction, Fraction, Fraction]]:
        found = []
        for name, part in self.parts.items():
            edges = edges_of(part)
            for edge, share in zip(edges, self.shares(edges), strict=True):
                if edge.supplier == target and name not in self.dead:
                    carried, longest = below(name)
                    found.append((share, carried * gain(part), longest * gain(part)))
        return found

    @staticmethod
    def _combine(ways: Sequence[tuple[Fraction, Fraction, Fraction]]) -> tuple[Fraction, Fraction]:
        used = [way for way in ways if way[0] and way[1]]
        longest = max((way[2] for way in used), default=Fraction(0))
        return min(sum((share * taken for share, taken, _ in used), Fraction(0)), longest), longest


def moments(site: Site, contents: Mapping[str, RackContents]) -> list[Moment]:
    """Normal operation and each single failure that must hold."""
    normal = Moment(site, contents)
    declared = any(part.state is not Declared.HEALTHY for part in normal.parts.values())
    if declared and not site.keep_redundancy:
        return [normal]
    failing = [part.name for part in normal.parts.values()
               if part.failure_domain and part.name not in normal.dead]
    return [normal, *(Moment(site, contents, name) for name in failing)]


def edges_of(part: Part) -> tuple[Edge, ...]:
    return part.suppliers if isinstance(part, Domain) else part.power


def gain(part: Part) -> Fraction:
    """What a part takes per watt that it carries."""
    if isinstance(part, Domain):
        return Fraction(PPM, part.efficiency)
    return Fraction(part.cooling_power, PPM)


def base_of(rack: Rack) -> Load:
    air = rack.base_air if rack.liquid else rack.base_load
    return Load(rack.base_load, air, rack.base_load - air)


class Split:
    """One way the hall shares load in a moment: every consumer fills its suppliers in some order."""

    def __init__(self, moment: Moment, loads: Mapping[str, Load], seed: int) -> None:
        self._moment, self._loads = moment, loads
        self._random = random.Random(seed)
        self._chosen: dict[tuple[str, str], list[Fraction]] = {}
        self._outputs: dict[str, Fraction] = {}

    def output(self, name: str) -> Fraction:
        """What a domain delivers or a cooling unit takes in heat, mW."""
        if name not in self._outputs:
            part = self._moment.parts[name]
            own = Fraction(part.base_load if isinstance(part, Domain) else 0)
            consumers = [*self._racks(), *self._parts()]
            self._outputs[name] = own + sum(
                (amount for who, kind, edges, draw in consumers if any(e.supplier == name for e in edges)
                 for edge, amount in self._spread(who, kind, edges, draw()) if edge.supplier == name),
                Fraction(0))
        return self._outputs[name]

    def cords(self) -> list[tuple[str, int, Fraction]]:
        """(consumer via supplier, breaker, mW) of every cord with a breaker."""
        consumers = [one for one in self._racks() if one[1] == "power"] + self._parts()
        return [
            (f"{who} via {edge.supplier}", edge.breaker, amount)
            for who, kind, edges, draw in consumers
            for edge, amount in self._spread(who, kind, edges, draw()) if edge.breaker is not None
        ]

    def _racks(self) -> list[_Consumer]:
        found: list[_Consumer] = []
        for rack in self._moment.site.racks:
            load = self._loads.get(rack.name, Load()) + base_of(rack)
            for kind, edges in self._moment.entrances(rack).items():
                if not self._moment.lost(rack):
                    found.append((rack.name, kind, edges, partial(getattr, load, kind)))
        return found

    def _parts(self) -> list[_Consumer]:
        return [
            (name, "in", edges_of(part), partial(self._taken, name))
            for name, part in self._moment.parts.items() if name not in self._moment.dead
        ]

    def _taken(self, name: str) -> Fraction:
        return self.output(name) * gain(self._moment.parts[name])

    def _spread(self, who: str, kind: str, edges: Sequence[Edge], draw: Fraction | int,
                ) -> list[tuple[Edge, Fraction]]:
        if (who, kind) not in self._chosen:
            ends = [self._fill(self._moment.shares(edges)) for _ in range(2)]
            mix = Fraction(self._random.choice([0, 0, 1, 3, 7]), 10)
            self._chosen[who, kind] = [a * (1 - mix) + b * mix for a, b in zip(*ends, strict=True)]
        return [(edge, draw * part) for edge, part in zip(edges, self._chosen[who, kind], strict=True)]

    def _fill(self, bounds: list[Fraction]) -> list[Fraction]:
        filled, left = [Fraction(0)] * len(bounds), ONE
        for place in self._random.sample(range(len(bounds)), len(bounds)):
            filled[place] = min(bounds[place], left)
            left -= filled[place]
        return filled
