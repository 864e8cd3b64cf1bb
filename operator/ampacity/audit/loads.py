"""What the nodes of a site draw in a span of versions, judged kindly where knowledge was late.

What the operator granted counts from the moment it could count. What others
did (pods without a reservation, nodes that came, went or failed, new profiles)
may not have been known yet: each node and each missing node counts at the
lower of what it draws as of `span.known` and as of the span itself. Within the
span, everything that was ever there counts, so that a span without an excess
holds no moment with one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ampacity.audit.draws import Hardware, Machine, Part, draw, full_draw, part
from ampacity.audit.facts import NodeFacts, PodFacts
from ampacity.audit.whereabouts import Racks
from ampacity.audit.world import Span, World
from ampacity.core.load import Load
from ampacity.core.site import Rack, Site
from ampacity.core.snapshot import Resources
from ampacity.core.workload import Workload
from ampacity.translate.fleet.labelled_racks import with_labelled_racks
from ampacity.translate.records import NodeRecord, Profile


@dataclass(frozen=True, slots=True)
class NodeLoad:
    """A node in its rack: its profile if one knows it, and the most it draws in the forms it had.

    `work`: what classes of work have of it, the least that each can draw and the most it can add.
    """

    rack: str
    profile: Profile | None
    load: Load
    work: Mapping[Workload, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SiteLoads:
    """The site with the racks that only labels know, its loads by rack, the racks that run on air,
    its nodes by name, and those whose labels had for long not said where they stand."""

    site: Site
    by_rack: Mapping[str, Load]
    on_air: frozenset[str]
    nodes: Mapping[str, NodeLoad]
    unplaced: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _View:
    """What somebody sees: nodes (all forms each had), pods that are placed, profiles.

    `shared`: the site states shares of classes of work.
    """

    nodes: Mapping[str, list[NodeFacts]]
    pods: Mapping[str, list[PodFacts]]
    hardware: Hardware
    shared: bool


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A view, worked out: nodes by name, and per rack what its missing nodes draw."""

    nodes: Mapping[str, NodeLoad]
    missing: Mapping[str, Load]


def site_loads(world: World, site: Site, span: Span, without: Collection[str] = ()) -> SiteLoads:
    """Loads of `site` in `span`; pods whose uid is in `without` are left out."""
    pods = [pod for pod in world.placed(span) if pod.uid not in without]
    granted = [pod for pod in pods if pod.reservation]
    foreign = [pod for t in world.pods.values() if (pod := t.at(span.known)) and _foreign(pod)]
    nodes = {name: forms for name, t in world.nodes.items() if (forms := t.during(span.first, span.last))}
    earlier = {name: [form] for name, t in world.nodes.items() if (form := t.at(span.known))}
    labelled = with_labelled_racks(site, [_record(forms[-1]) for forms in nodes.values()])
    before = with_labelled_racks(site, [_record(forms[-1]) for forms in earlier.values()])
    whole = labelled.site
    unplaced = labelled.refused.keys() & (before.refused.keys() | nodes.keys() - earlier.keys())
    shared = bool(site.shares)
    late = _drawn(_View(nodes, _by_node(pods), world.hardware(span.last), shared), whole)
    known = _by_node([*granted, *foreign])
    early = _drawn(_View(earlier, known, world.hardware(span.known), shared), whole)
    on_air = _on_air(whole, late, world.hardware(span.last))
    counted = _kindest(late, early, {pod.node for pod in granted})
    by_rack: defaultdict[str, Load] = defaultdict(Load)
    for node in counted.values():
        by_rack[node.rack] += node.load
    for rack, load in late.missing.items():
        by_rack[rack] += _least(load, early.missing[rack])
    return SiteLoads(whole, by_rack, on_air, counted, frozenset(unplaced))


def _foreign(pod: PodFacts) -> bool:
    return pod.placed and pod.reservation is None


def _kindest(late: _Drawn, early: _Drawn, granted: Collection[str]) -> dict[str, NodeLoad]:
    """The lower of both views; a node on which something was granted was known to be there."""
    counted: dict[str, NodeLoad] = {}
    for name, node in late.nodes.items():
        before = early.nodes.get(name)
        if before is not None:
            load = _least(node.load, before.load)
            counted[name] = replace(node, load=load, work=_kinder(node.work, before.work))
        elif name in granted:
            counted[name] = node
    return counted


def _kinder(one: Mapping[Workload, Part], other: Mapping[Workload, Part]) -> dict[Workload, Part]:
    """The lower draw of each class, and the larger part of it that others need not answer for."""
    none = Part(Fraction(0), Fraction(0))
    pairs = {kind: (one.get(kind, none), other.get(kind, none)) for kind in Workload}
    return {
        kind: Part(min(a.drawn, b.drawn), max(a.added, b.added)) for kind, (a, b) in pairs.items()
    }


def _least(one: Load, other: Load) -> Load:
    return Load(min(one.power, other.power), min(one.air, other.air), min(one.liquid, other.liquid))


def _drawn(view: _View, site: Site) -> _Drawn:
    racks = Racks(site)
    nodes = {name: node for name, forms in view.nodes.items() if (node := _node(forms, view, racks))}
    present: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for node in nodes.values():
        present[node.rack][node.profile.name if node.profile else ""] += 1
    return _Drawn(nodes, {rack.name: view.hardware.missing(rack, present[rack.name]) for rack in site.racks})


def _node(forms: Iterable[NodeFacts], view: _View, racks: Racks) -> NodeLoad | None:
    found: NodeLoad | None = None
    for form in forms:
        rack = racks.of(form)
        if rack is not None:
            machine = view.hardware.of_node(form, rack)
            load = _load(machine, rack, form, view) if machine else view.hardware.largest(rack)
            load = load.join(found.load) if found else load
            work = _work(machine, view.pods.get(form.name, ())) if machine and view.shared else {}
            found = NodeLoad(rack.name, machine.profile if machine else None, load, work)
    return found


def _work(machine: Machine, pods: Iterable[PodFacts]) -> dict[Workload, Part]:
    devices: defaultdict[Workload | None, list[tuple[str, int]]] = defaultdict(list)
    for pod in pods:
        devices[pod.workload] += pod.devices
    everything = [(kind, one) for kind, some in devices.items() for one in some]
    return {
        kind: part(
            machine,
            [one for other, one in everything if other is kind],
            [one for other, one in everything if other is not kind],
        )
        for kind in Workload
    }


def _load(machine: Machine, rack: Rack, node: NodeFacts, view: _View) -> Load:
    pods = view.pods.get(node.name, ())
    if any(pod.claims for pod in pods):
        return full_draw(machine, rack)
    return draw(machine, rack, node, [one for pod in pods for one in pod.devices])


def _on_air(site: Site, drawn: _Drawn, hardware: Hardware) -> frozenset[str]:
    """Racks in which no node, present or listed, needs liquid."""
    wet = {node.rack for node in drawn.nodes.values() if node.profile and node.profile.needs_liquid}
    liquid = {profile.name for profile in hardware.profiles.values() if profile.needs_liquid}
    wet |= {rack.name for rack in site.racks if any(entry.profile in liquid for entry in rack.nodes)}
    return frozenset(rack.name for rack in site.racks) - wet


def _by_node(pods: Iterable[PodFacts]) -> Mapping[str, list[PodFacts]]:
    found: defaultdict[str, list[PodFacts]] = defaultdict(list)
    for pod in pods:
        found[pod.node].append(pod)
    return found


def _record(node: NodeFacts) -> NodeRecord:
    """What the reading of rack labels needs of a node."""
    return NodeRecord(
        name=node.name,
        uid=node.name,
        resource_version="",
        labels=node.labels,
        taints=(),
        allocatable=Resources(extended=node.devices),
        ready=node.ready,
        unschedulable=False,
    )
