"""Nodes as the planner sees them: what each is charged, what it has left, and whether it admits pods.

A node is charged what its profile says for the GPU units in use or promised,
plus whatever reservations promise beyond that (they were made under an earlier
profile). A node that is not Ready, or has a pod of which nobody can say what it
draws, is charged at least its maximum.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ampacity.core.ledger import FenceEntry, Hold, Ledger
from ampacity.core.load import NOTHING, Load
from ampacity.core.ports import is_port, offered
from ampacity.core.snapshot import NodeView, Resources, Work
from ampacity.core.units import format_power
from ampacity.core.workload import Workload
from ampacity.translate.fleet.places import Place
from ampacity.translate.profiles.hardware import Hardware
from ampacity.translate.records import NodeRecord
from ampacity.translate.snapshot.usage import NodeUse

Promise = FenceEntry | Hold
"""A place that the ledger keeps for a pod that does not show it yet."""


def promises_of(ledger: Ledger) -> list[Promise]:
    """All places that the ledger keeps."""
    return [*ledger.fence, *ledger.holds]


class Facts(NamedTuple):
    """All that a node's view is made of. `off`: its rack lists it as switched off.

    Every cycle makes one for every node, so it is of the kind that is made fastest.
    """

    node: NodeRecord
    place: Place
    use: NodeUse
    promises: tuple[Promise, ...] = ()
    off: bool = False

    def same(self, other: Facts) -> bool:
        """Whether the same view comes of both."""
        return (
            self.node is other.node
            and self.place is other.place
            and self.use is other.use
            and self.promises == other.promises
            and self.off == other.off
        )


class Viewer:
    """Makes node views, and makes them anew only where facts have changed."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Facts, NodeView]] = {}

    def views(self, facts: Iterable[Facts]) -> tuple[NodeView, ...]:
        """The views, in the order given."""
        views, known = [], {}
        for new in facts:
            name = new.node.name
            kept = self._known.get(name)
            if kept is None or not kept[0].same(new):
                kept = (new, view(new))
            known[name] = kept
            views.append(kept[1])
        self._known = known
        return tuple(views)


def view(facts: Facts) -> NodeView:
    """One node's view."""
    node, place, hardware = facts.node, facts.place, facts.place.hardware
    units = facts.use.units + sum(promise.units for promise in facts.promises)
    load = NOTHING if hardware is None else _load(facts, hardware, units)
    why_not = _why_not(facts, load)
    return NodeView(
        name=node.name,
        site=place.site,
        rack=place.rack,
        profile=hardware.profile if hardware else "",
        draw=hardware.draw if hardware else None,
        load=load,
        units=units,
        allocatable=node.allocatable,
        free=_free(node.allocatable, facts.use.taken, facts.promises),
        admits=not why_not,
        why_not=why_not,
        labels=node.labels,
        taints=node.taints,
        work=together(facts.use.work, facts.promises),
    )


def together(work: Work, promises: Iterable[Promise]) -> Work:
    """GPU units by class of work, those of promises included."""
    units: dict[Workload | None, int] = dict(work)
    for promise in promises:
        units[promise.workload] = units.get(promise.workload, 0) + promise.units
    return tuple(sorted(units.items(), key=lambda entry: entry[0] or ""))


def _load(facts: Facts, hardware: Hardware, units: int) -> Load:
    if facts.off and not facts.node.ready and not units and not facts.use.unknown_draw:
        return NOTHING
    reserved = [*facts.use.reserved, *((promise.units, promise.load) for promise in facts.promises)]
    if hardware.draw is None:
        return hardware.holding(_sum(load for _, load in reserved))
    load = hardware.draw.at(units) + _beyond(hardware.draw.per_gpu, reserved)
    sure = facts.node.ready and not facts.use.unknown_draw
    return load if sure else load.join(hardware.worst)


def _beyond(per_gpu: Load, reserved: Iterable[tuple[int, Load]]) -> Load:
    """What reservations promise beyond what the profile says now, each for itself."""
    power = air = liquid = 0
    for units, promised in reserved:
        power += max(0, promised.power - per_gpu.power * units)
        air += max(0, promised.air - per_gpu.air * units)
        liquid += max(0, promised.liquid - per_gpu.liquid * units)
    return Load(power, air, liquid)


def _why_not(facts: Facts, load: Load) -> str:
    """Why the node admits no pod; "" if it does."""
    if facts.place.hardware is None:
        return facts.place.why_not
    if facts.place.hardware.why_not:
        return facts.place.hardware.why_not
    if not facts.node.ready:
        return f"not Ready: counted at {format_power(load.power)}"
    return "cordoned" if facts.node.unschedulable else ""


def _free(allocatable: Resources, taken: Resources, promises: Iterable[Promise]) -> Resources:
    """What is left, never below zero: a pod that asks for nothing fits on a full node."""
    parts = [taken, *(promise.requests for promise in promises)]
    used: dict[str, int] = {}
    for part in parts:
        for name, count in part.extended:
            used[name] = used.get(name, 0) + count
    offered_here = (*allocatable.extended, *((name, offered(name)) for name in used if is_port(name)))
    return Resources(
        cpu_milli=max(0, allocatable.cpu_milli - sum(part.cpu_milli for part in parts)),
        memory=max(0, allocatable.memory - sum(part.memory for part in parts)),
        ephemeral=max(0, allocatable.ephemeral - sum(part.ephemeral for part in parts)),
        pods=max(0, allocatable.pods - sum(part.pods for part in parts)),
        extended=tuple((name, max(0, count - used.get(name, 0))) for name, count in offered_here),
    )


def _sum(loads: Iterable[Load]) -> Load:
    return sum(loads, NOTHING)
