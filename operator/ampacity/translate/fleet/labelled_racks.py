"""Racks that only the labels of their nodes tell of, and labels that contradict the envelope.

Such a rack hangs on every power domain that feeds no other one, each with a
share of 100 %, and puts its air heat on every air unit: nobody said which of
them it uses, so each must be able to carry all of it. The envelope wins; where
both state the rack's power, the lower figure counts. Labels that do not describe
a rack still say that there is a machine: it admits nothing and counts in a rack
that hangs on all of that, and on every coolant loop.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ampacity import names
from ampacity.core.site import Edge, Medium, Rack, Site
from ampacity.core.units import PPM, QuantityError, format_power, parse_power
from ampacity.translate.records import NodeRecord
from ampacity.translate.sites.patterns import compress

_LABELS = (names.RACK_POWER, names.RACK_COOLING, names.RACK_LOOP)
_AIR, _LIQUID = "air", "liquid"


@dataclass(frozen=True, slots=True)
class LabelledRacks:
    """The site with what labels add, sentences on contradictions, and nodes that cannot be placed (why).

    `unclear`: racks that some of those nodes name, and that nothing describes.
    """

    site: Site
    notes: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    unclear: tuple[Rack, ...] = ()

    @property
    def charged(self) -> Site:
        """The site with the unclear racks too: what is in them counts, on all that they may hang on."""
        return replace(self.site, racks=self.site.racks + self.unclear) if self.unclear else self.site


@dataclass(frozen=True, slots=True)
class _Said:
    """What the nodes of one rack say of it: every value of each label, and who says so."""

    rack: str
    power: frozenset[str]
    cooling: frozenset[str]
    loop: frozenset[str]
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Hooks:
    """What an unlisted rack of a site hangs on."""

    power: tuple[Edge, ...]
    air: tuple[Edge, ...]
    loops: frozenset[str]

    @classmethod
    def of(cls, site: Site) -> _Hooks:
        feeding = {edge.supplier for domain in site.domains for edge in domain.suppliers}
        leaves = [domain.name for domain in site.domains if domain.name not in feeding]
        air = [unit.name for unit in site.cooling if unit.medium is Medium.AIR]
        loops = frozenset(unit.name for unit in site.cooling if unit.medium is Medium.LIQUID)
        return cls(_whole(leaves), _whole(air), loops)


class _Unclear(Exception):
    """Labels that do not describe a rack; the text says why and what to do."""


def with_labelled_racks(site: Site, nodes: Iterable[NodeRecord]) -> LabelledRacks:
    """The site with the racks that labels describe; the very same `site` if they change nothing."""
    by_name = {rack.name: rack for rack in site.racks}
    hooks = _Hooks.of(site)
    changed: dict[str, Rack] = {}
    notes: list[str] = []
    refused: dict[str, str] = {}
    unclear: list[Rack] = []
    for said in _racks_said(site, nodes):
        known = by_name.get(said.rack)
        try:
            rack = _narrowed(known, said, notes) if known else _rack(site.name, hooks, said, notes)
        except _Unclear as why:
            refused |= dict.fromkeys(said.nodes, str(why))
            unclear += [] if known else [_somewhere(hooks, said.rack)]
            continue
        if rack != known:
            changed[rack.name] = rack
    if not changed:
        return LabelledRacks(site, tuple(notes), refused, tuple(unclear))
    racks = tuple(changed.pop(rack.name, rack) for rack in site.racks) + tuple(changed.values())
    return LabelledRacks(replace(site, racks=racks), tuple(notes), refused, tuple(unclear))


def _racks_said(site: Site, nodes: Iterable[NodeRecord]) -> Iterator[_Said]:
    """By rack name, so that the same nodes in any order give the same site."""
    by_rack: dict[str, list[NodeRecord]] = defaultdict(list)
    for node in nodes:
        if node.labels.get(names.SITE) == site.name and node.labels.get(names.RACK):
            by_rack[node.labels[names.RACK]].append(node)
    for rack, members in sorted(by_rack.items()):
        power, cooling, loop = (
            frozenset(node.labels[label] for node in members if node.labels.get(label)) for label in _LABELS
        )
        yield _Said(rack, power, cooling, loop, tuple(sorted(node.name for node in members)))


def _whole(suppliers: Iterable[str]) -> tuple[Edge, ...]:
    return tuple(Edge(name, share=PPM) for name in suppliers)


def _rack(site: str, hooks: _Hooks, said: _Said, notes: list[str]) -> Rack:
    """A rack that the envelope does not list."""
    limit = _power(said, notes)
    if limit is None:
        raise _Unclear(
            f"rack {said.rack} is neither in the envelope of {site} nor has it a power:"
            f" list it there, or label its nodes {names.RACK_POWER}, for example 17kW"
        )
    liquid = _whole(_loops(hooks.loops, said))
    return Rack(name=said.rack, power=hooks.power, liquid=liquid, air=hooks.air, limit=limit)


def _somewhere(hooks: _Hooks, rack: str) -> Rack:
    """A rack of which nothing is known but its name: it may hang on anything."""
    return Rack(name=rack, power=hooks.power, liquid=_whole(sorted(hooks.loops)), air=hooks.air)


def _loops(loops: frozenset[str], said: _Said) -> list[str]:
    """The loop of a liquid-cooled rack; none for an air-cooled one, or where nothing is said."""
    stray = said.cooling - {_AIR, _LIQUID}
    if stray:
        raise _Unclear(f"rack {said.rack}: label {names.RACK_COOLING} is '{min(stray)}'; write air or liquid")
    if len(said.cooling) > 1 or _AIR in said.cooling or not (said.cooling or said.loop):
        return []  # what its nodes do not agree on is not relied on
    if len(said.loop) != 1 or not said.loop <= loops:
        named = ", ".join(sorted(said.loop)) or "none"
        raise _Unclear(
            f"rack {said.rack} is liquid-cooled, and label {names.RACK_LOOP} names {named};"
            f" name one of the site's loops: {compress(loops) or 'it has none'}"
        )
    return list(said.loop)


def _narrowed(rack: Rack, said: _Said, notes: list[str]) -> Rack:
    """A rack of the envelope: the lower power counts, the envelope's cooling stands."""
    stated = _power(said, notes)
    liquid = {edge.supplier for edge in rack.liquid}
    cooling = _LIQUID if liquid else _AIR
    if said.cooling - {cooling}:
        notes.append(
            f"rack {rack.name}: the envelope says {cooling}-cooled, labels say"
            f" {', '.join(sorted(said.cooling))}; the envelope counts"
        )
    if said.loop - liquid:
        notes.append(
            f"rack {rack.name}: the envelope says loop {', '.join(sorted(liquid)) or 'none'}, labels say"
            f" {', '.join(sorted(said.loop))}; the envelope counts"
        )
    if stated is None or stated == rack.limit:
        return rack
    if rack.limit is not None:
        notes.append(
            f"rack {rack.name}: the envelope says {format_power(rack.limit)}, label {names.RACK_POWER} says"
            f" {format_power(stated)}; the lower counts"
        )
    return replace(rack, limit=stated if rack.limit is None else min(stated, rack.limit))


def _power(said: _Said, notes: list[str]) -> int | None:
    """The lowest power that the nodes state for their rack, mW; None if none does."""
    try:
        stated = sorted({parse_power(text) for text in said.power})
    except QuantityError as error:
        raise _Unclear(f"rack {said.rack}: label {names.RACK_POWER}: {error}") from None
    if len(stated) > 1:
        notes.append(
            f"rack {said.rack}: its nodes state powers from {format_power(stated[0])} to"
            f" {format_power(stated[-1])} in label {names.RACK_POWER}; the lowest counts"
        )
    return stated[0] if stated else None
