"""Where every node stands and what it is: all of a fleet that does not depend on its pods.

Working this out costs more than planning, and it changes only when nodes come,
go or are labelled anew. `Places` keeps it and looks only at what has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ampacity import names
from ampacity.core.site import Rack, Site
from ampacity.core.snapshot import Note
from ampacity.translate.fleet.labelled_racks import with_labelled_racks
from ampacity.translate.fleet.whereabouts import Finder, Spot
from ampacity.translate.profiles.hardware import Hardware, HardwareBook
from ampacity.translate.records import NodeRecord, Profile


@dataclass(frozen=True, slots=True)
class Place:
    """A node's rack and hardware. In no rack: both None, `maybe` says what it would be in which rack."""

    site: str
    rack: str | None
    hardware: Hardware | None
    why_not: str = ""
    maybe: tuple[tuple[Spot, Hardware], ...] = ()


@dataclass(frozen=True, slots=True)
class Fleet:
    """Sites with the racks that labels add, and the place of every node; a new object when that changes.

    `adrift`: nodes in no certain rack. `refused`: nodes whose labels describe no rack, and why.
    """

    sites: Mapping[str, Site]
    racks: Mapping[Spot, Rack]
    places: Mapping[str, Place]
    finder: Finder
    book: HardwareBook
    notes: tuple[Note, ...]
    adrift: Mapping[str, NodeRecord] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Given:
    """What a fleet is made of."""

    sites: Mapping[str, Site]
    profiles: tuple[Profile, ...]
    nodes: Mapping[str, NodeRecord]


class Places:
    """Keeps a fleet up to date. `update` returns the same object as long as nothing has changed."""

    def __init__(self) -> None:
        self._given = _Given({}, (), {})
        self._fleet: Fleet | None = None

    def update(
        self, sites: Mapping[str, Site], profiles: Sequence[Profile], nodes: Sequence[NodeRecord]
    ) -> Fleet:
        """The fleet of these sites, profiles and nodes.

        Whatever raises on the way leaves all as it was, so that the next try sees the change too.
        """
        old, known = self._given, self._fleet
        new = _Given(dict(sites), tuple(profiles), {node.name: node for node in nodes})
        changed, same_profiles = _changed(old.nodes, new.nodes), new.profiles == old.profiles
        if known is None or changed or not same_profiles or not _same(new.sites, old.sites):
            known = _rebuilt(new, known if same_profiles else None, changed)
        self._given, self._fleet = new, known
        return known


def _changed(old: Mapping[str, NodeRecord], new: Mapping[str, NodeRecord]) -> set[str]:
    """Names of nodes that came, went or are something else than before."""
    changed = set(old.keys() - new.keys())
    for name, node in new.items():
        before = old.get(name)
        if before is not node and (before is None or not _same_hardware(before, node)):
            changed.add(name)
    return changed


def _rebuilt(given: _Given, known: Fleet | None, changed: set[str]) -> Fleet:
    """The fleet anew; of `known`, all is kept that does not depend on the `changed` nodes."""
    sites, notes, refused = _labelled(given, known)
    kept: Mapping[str, Place] = {}
    if known is not None and _same(sites, known.sites):
        finder, racks, kept = known.finder, known.racks, known.places
        changed = changed | {name for name, _ in refused.items() ^ known.refused.items()}
    else:
        finder = Finder(sites)
        racks = {(site.name, rack.name): rack for site in sites.values() for rack in site.racks}
    book = known.book if known is not None else HardwareBook(given.profiles)
    places = {
        name: kept[name]
        if name in kept and name not in changed
        else _place(node, finder, book, racks, refused.get(name, ""))
        for name, node in given.nodes.items()
    }
    adrift = {name: node for name, node in given.nodes.items() if places[name].rack is None}
    return Fleet(sites, racks, places, finder, book, tuple(notes), adrift, refused)


def _labelled(given: _Given, known: Fleet | None) -> tuple[dict[str, Site], list[Note], dict[str, str]]:
    """Sites with labelled racks; an equal site stays the same object, so that its rows are kept."""
    sites, notes, refused = {}, list[Note](), dict[str, str]()
    of_site = _by_site(given.nodes.values())
    for name, site in given.sites.items():
        labelled = with_labelled_racks(site, of_site.get(name, ()))
        old, charged = known.sites.get(name) if known else None, labelled.charged
        sites[name] = old if old is not None and old == charged else charged
        notes += [Note("Rack", "", "RackLabels", text, name) for text in labelled.notes]
        refused |= labelled.refused
    return sites, notes, refused


def _place(
    node: NodeRecord, finder: Finder, book: HardwareBook, racks: Mapping[Spot, Rack], refused: str
) -> Place:
    where = finder.find(node.name, node.labels)
    if where.rack is not None and not refused:
        return Place(where.site, where.rack, book.look_up(node, racks[where.site, where.rack]))
    spots = where.maybe if where.rack is None else ((where.site, where.rack),)
    look_up = book.in_doubt if refused else book.look_up
    maybe = tuple((spot, look_up(node, racks[spot])) for spot in spots)
    return Place(where.site, None, None, refused or where.why_not, maybe)


def _by_site(nodes: Iterable[NodeRecord]) -> dict[str, list[NodeRecord]]:
    groups: dict[str, list[NodeRecord]] = {}
    for node in nodes:
        site = node.labels.get(names.SITE)
        if site:
            groups.setdefault(site, []).append(node)
    return groups


def _same_hardware(old: NodeRecord, new: NodeRecord) -> bool:
    if (old.allocatable, old.devices, old.doubt) != (new.allocatable, new.devices, new.doubt):
        return False
    return (old.labels, old.taints) == (new.labels, new.taints)


def _same(left: Mapping[str, Site], right: Mapping[str, Site]) -> bool:
    """Whether both name the very same site objects."""
    return left.keys() == right.keys() and all(left[name] is right[name] for name in left)
