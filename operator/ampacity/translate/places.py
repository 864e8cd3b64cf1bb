"""Where every node stands and what it is: all of a fleet that does not depend on its pods.

Working this out costs more than planning, and it changes only when nodes come,
go or are labelled anew. `Places` keeps it and looks only at what has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ampacity import names
from ampacity.core.site import Rack, Site
from ampacity.core.snapshot import Note
from ampacity.translate.hardware import Hardware, HardwareBook
from ampacity.translate.labelled_racks import with_labelled_racks
from ampacity.translate.records import NodeRecord, Profile
from ampacity.translate.whereabouts import Finder, Spot

_NO_SITES: Mapping[str, Site] = {}


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
    """Sites with the racks that labels add, and the place of every node; a new object when that changes."""

    sites: Mapping[str, Site]
    racks: Mapping[Spot, Rack]
    places: Mapping[str, Place]
    finder: Finder
    book: HardwareBook
    notes: tuple[Note, ...]


class Places:
    """Keeps a fleet up to date. `update` returns the same object as long as nothing has changed."""

    def __init__(self) -> None:
        self._given: Mapping[str, Site] = _NO_SITES
        self._profiles: Sequence[Profile] | None = None
        self._nodes: dict[str, NodeRecord] = {}
        self._refused: Mapping[str, str] = {}
        self._fleet: Fleet | None = None

    def update(
        self, sites: Mapping[str, Site], profiles: Sequence[Profile], nodes: Sequence[NodeRecord]
    ) -> Fleet:
        """The fleet of these sites, profiles and nodes."""
        changed, known = self._changed(nodes), self._fleet
        same_sites = _same(sites, self._given)
        same_profiles = self._profiles is not None and tuple(profiles) == tuple(self._profiles)
        if known is not None and not changed and same_sites and same_profiles:
            return known
        self._given, self._profiles = dict(sites), profiles
        self._fleet = self._rebuilt(known if same_profiles else None, changed)
        return self._fleet

    def _changed(self, nodes: Sequence[NodeRecord]) -> set[str]:
        """Names of nodes that came, went or are something else than before."""
        changed, now = set(), {}
        for node in nodes:
            old = self._nodes.get(node.name)
            if old is not node and (old is None or not _same_hardware(old, node)):
                changed.add(node.name)
            now[node.name] = node
        changed |= self._nodes.keys() - now.keys()
        self._nodes = now
        return changed

    def _rebuilt(self, known: Fleet | None, changed: set[str]) -> Fleet:
        sites, notes, refused = self._labelled(known)
        kept: Mapping[str, Place] = {}
        if known is not None and _same(sites, known.sites):
            finder, racks, kept = known.finder, known.racks, known.places
        else:
            finder = Finder(sites)
            racks = {(site.name, rack.name): rack for site in sites.values() for rack in site.racks}
        book = known.book if known is not None else HardwareBook(self._profiles or ())
        stale = changed | {name for name, _ in refused.items() ^ self._refused.items()}
        self._refused = refused
        places = {
            name: kept[name]
            if name in kept and name not in stale
            else _place(node, finder, book, racks, refused.get(name, ""))
            for name, node in self._nodes.items()
        }
        return Fleet(sites, racks, places, finder, book, tuple(notes))

    def _labelled(self, known: Fleet | None) -> tuple[dict[str, Site], list[Note], dict[str, str]]:
        """Sites with labelled racks; an equal site stays the same object, so that its rows are kept."""
        sites, notes, refused = {}, list[Note](), dict[str, str]()
        of_site = _by_site(self._nodes.values())
        for name, given in self._given.items():
            labelled = with_labelled_racks(given, of_site.get(name, ()))
            old = known.sites.get(name) if known else None
            sites[name] = old if old is not None and old == labelled.site else labelled.site
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
    maybe = tuple((spot, book.look_up(node, racks[spot])) for spot in spots)
    return Place(where.site, None, None, refused or where.why_not, maybe)


def _by_site(nodes: Iterable[NodeRecord]) -> dict[str, list[NodeRecord]]:
    groups: dict[str, list[NodeRecord]] = {}
    for node in nodes:
        site = node.labels.get(names.SITE)
        if site:
            groups.setdefault(site, []).append(node)
    return groups


def _same_hardware(old: NodeRecord, new: NodeRecord) -> bool:
    return (old.labels, old.allocatable, old.taints) == (new.labels, new.allocatable, new.taints)


def _same(left: Mapping[str, Site], right: Mapping[str, Site]) -> bool:
    """Whether both name the very same site objects."""
    return left.keys() == right.keys() and all(left[name] is right[name] for name in left)
