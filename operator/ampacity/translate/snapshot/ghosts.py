"""Nodes without a Node object that still carry pods, or were promised to some.

Such a machine runs on until somebody switches it off. If its rack lists one of
its profile, it is charged there already; if not, it is charged at its maximum
as long as a pod, a fence entry or a hold names it. Where its rack is gone from
the envelope, nobody knows what it hangs on, and the site grants nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from ampacity.core.ledger import Ledger
from ampacity.core.load import NOTHING, Load
from ampacity.core.snapshot import Note
from ampacity.core.units import format_power
from ampacity.core.workload import Workload
from ampacity.translate.fleet.places import Fleet
from ampacity.translate.fleet.whereabouts import Spot
from ampacity.translate.profiles.hardware import Hardware
from ampacity.translate.records import PodRecord
from ampacity.translate.snapshot.stock import Stock
from ampacity.translate.snapshot.unseen import Doubt
from ampacity.translate.snapshot.usage import PodIndex, draws
from ampacity.translate.snapshot.views import promises_of


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of a missing node: where a reservation puts it, as what, and what was promised there."""

    spot: Spot
    profile: str
    load: Load
    workload: Workload | None


@dataclass(frozen=True, slots=True)
class Ghosts:
    """Charges per rack for missing nodes, sites that cannot grant because of one, and what to tell people.

    `work`: per such node, its site, the classes of its pods, and all that it may draw, mW.
    """

    loads: Mapping[Spot, Load]
    closed: Mapping[str, str]
    notes: tuple[Note, ...]
    work: tuple[Doubt, ...]


def find_ghosts(fleet: Fleet, stock: Stock, index: PodIndex, ledger: Ledger) -> Ghosts:
    """Missing nodes that pods or the ledger name, charged to the racks they must stand in."""
    traces = _traces(index, ledger, fleet.places)
    listed = _Listed(stock)
    loads: dict[Spot, Load] = {}
    closed: dict[str, str] = {}
    notes = []
    work: list[Doubt] = []
    for node in sorted(traces):
        spot = _spot(node, traces[node], fleet)
        if spot is None:
            closed |= {site: _nowhere(node) for site in _sites(traces[node]) if site in fleet.sites}
            continue
        load = _load(traces[node], fleet, spot)
        slot = listed.take(spot, traces[node])
        whole = load if slot is None else load.join(slot.worst)
        work.append(Doubt(spot[0], frozenset(trace.workload for trace in traces[node]), whole.power))
        if slot is not None:
            loads[spot] = loads.get(spot, NOTHING) + (whole - slot.worst)
            continue
        loads[spot] = loads.get(spot, NOTHING) + load
        sentence = f"it has no Node object, but pods are placed on it: counted at {format_power(load.power)}"
        notes.append(Note("Node", node, "NodeMissing", sentence, *spot))
    return Ghosts(loads, closed, tuple(notes), tuple(work))


class _Listed:
    """Listed nodes without Node object, each to be matched with one missing node of its profile."""

    def __init__(self, stock: Stock) -> None:
        self._left = {spot: list(rack.missing) for spot, rack in stock.racks.items() if rack.missing}

    def take(self, spot: Spot, traces: Iterable[Trace]) -> Hardware | None:
        """The listed node that stands for a missing one of this profile; None if there is none."""
        profiles = {trace.profile for trace in traces} - {""}
        for slot in self._left.get(spot, ()):
            if profiles == {slot.profile}:
                self._left[spot].remove(slot)
                return slot
        return None


def _load(traces: Iterable[Trace], fleet: Fleet, spot: Spot) -> Load:
    """The largest of what the node is said to be, and not less than what was promised on it."""
    promised = sum((trace.load for trace in traces), NOTHING)
    worst = NOTHING
    for trace in traces:
        worst = worst.join(fleet.book.named(trace.profile, fleet.racks[spot]).holding(promised))
    return worst


def _nowhere(node: str) -> str:
    return (
        f"it grants nothing while pods are placed on node {node}, which has no Node object and whose rack is"
        " not in the envelope: list that rack, or delete those pods"
    )


def _sites(traces: Iterable[Trace]) -> set[str]:
    return {trace.spot[0] for trace in traces}


def _traces(index: PodIndex, ledger: Ledger, known: Container[str]) -> dict[str, list[Trace]]:
    traces: dict[str, list[Trace]] = {}
    for node in index.nodes():
        if node not in known:
            found = [_trace(pod) for pod in index.on_node(node) if draws(pod)]
            if found:
                traces[node] = found
    for promise in promises_of(ledger):
        if promise.node not in known:
            trace = Trace((promise.site, promise.rack), promise.profile, promise.load, promise.workload)
            traces.setdefault(promise.node, []).append(trace)
    return traces


def _trace(pod: PodRecord) -> Trace:
    place, kind = pod.reservation, pod.shape.workload
    if place is None:
        return Trace(("", ""), "", NOTHING, kind)
    return Trace((place.site, place.rack), place.profile, place.load, kind)


def _spot(node: str, traces: Iterable[Trace], fleet: Fleet) -> Spot | None:
    """The rack whose pattern names the node, else the rack that it was promised in."""
    named = fleet.finder.by_name(node)
    candidates = [*named, *sorted(trace.spot for trace in traces)]
    return next((spot for spot in candidates if spot in fleet.racks), None)
