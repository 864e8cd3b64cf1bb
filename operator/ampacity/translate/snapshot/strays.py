"""Nodes in no certain rack that run pods, or were promised to some: charged where they may stand.

A node does not stop drawing because a label went missing. Its pods'
reservations and the ledger remember where it stood, so in each rack that they
name it counts at its maximum, as it does in racks between which its labels and
its name leave open. Where they name no rack that there is, nobody knows what it
hangs on: its site grants nothing until somebody says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ampacity import names
from ampacity.core.load import NOTHING, Load
from ampacity.core.snapshot import Note
from ampacity.core.units import format_power
from ampacity.core.workload import Workload
from ampacity.translate.fleet.places import Fleet
from ampacity.translate.fleet.whereabouts import Spot
from ampacity.translate.records import NodeRecord, PodRecord
from ampacity.translate.snapshot.unseen import Doubt
from ampacity.translate.snapshot.usage import PodIndex
from ampacity.translate.snapshot.views import Promise


@dataclass(frozen=True, slots=True)
class Strays:
    """Charges per rack beyond the stock's, sites that cannot grant because of a node, and notes.

    `work`: per node and site where it may stand, the classes of its pods, and all that it may draw, mW.
    """

    loads: Mapping[Spot, Load]
    closed: Mapping[str, str]
    notes: tuple[Note, ...]
    work: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class _Memory:
    """What pods and ledger remember of a node: where it stood, what was promised on it, and to which work."""

    spots: frozenset[Spot]
    promised: Load
    runs: bool
    work: frozenset[Workload | None]


def find_strays(fleet: Fleet, index: PodIndex, promises: Mapping[str, Collection[Promise]]) -> Strays:
    """Nodes of the fleet without a place; `promises`: fence entries and holds by node."""
    loads: dict[Spot, Load] = {}
    closed: dict[str, str] = {}
    notes: list[Note] = []
    work: list[Doubt] = []
    for name, node in sorted(fleet.adrift.items()):
        memory = _memory(name, index.on_node(name), promises.get(name, ()))
        if not memory.runs:
            continue
        charges = _charges(node, memory, fleet)
        for spot, load in charges.items():
            loads[spot] = loads.get(spot, NOTHING) + load
            work.append(Doubt(spot[0], memory.work, _whole(name, spot, load, fleet)))
        notes += [_counted(name, spot, load) for spot, load in charges.items() if load != NOTHING]
        for site in _unclear(name, memory, fleet):
            closed.setdefault(site, _nowhere(name, site))
            notes.append(Note("Node", name, "PlaceUnknown", _nowhere(name, site), site))
    return Strays(loads, closed, tuple(notes), tuple(work))


def _memory(node: str, pods: Iterable[PodRecord], promises: Iterable[Promise]) -> _Memory:
    spots: set[Spot] = set()
    promised, runs = NOTHING, False
    work: set[Workload | None] = set()
    for pod in pods:
        # Anybody may annotate a pod: only one that asks for devices tells where a node stands.
        if pod.shape.gpu_units or any("/" in name for name, _ in pod.shape.requests.extended):
            runs = runs or bool(pod.shape.gpu_units)
            work.add(pod.shape.workload)
            if pod.reservation is not None and pod.reservation.node == node:
                spots.add((pod.reservation.site, pod.reservation.rack))
                promised, runs = promised + pod.reservation.load, True
    for promise in promises:
        spots.add((promise.site, promise.rack))
        promised, runs = promised + promise.load, True
        work.add(promise.workload)
    return _Memory(frozenset(spots), promised, runs, frozenset(work))


def _charges(node: NodeRecord, memory: _Memory, fleet: Fleet) -> dict[Spot, Load]:
    """Per rack in which the node may stand, its maximum less what the stock counts of it there."""
    counted = dict(fleet.places[node.name].maybe)
    charges: dict[Spot, Load] = {}
    for spot in sorted(memory.spots | counted.keys()):
        if spot in counted:
            charges[spot] = counted[spot].holding(memory.promised) - counted[spot].worst
        elif spot in fleet.racks:
            charges[spot] = fleet.book.look_up(node, fleet.racks[spot]).holding(memory.promised)
    return charges


def _whole(node: str, spot: Spot, beyond: Load, fleet: Fleet) -> int:
    """All that the node may draw in a rack, mW. `beyond`: what the stock does not count of it there."""
    counted = dict(fleet.places[node].maybe).get(spot)
    return beyond.power + (counted.worst.power if counted else 0)


def _unclear(node: str, memory: _Memory, fleet: Fleet) -> list[str]:
    """Sites in which the node may stand, but nobody can say in which rack."""
    place = fleet.places[node]
    sites = {site for site, rack in memory.spots if (site, rack) not in fleet.racks}
    if not memory.spots and not place.maybe:
        sites.add(place.site)
    return sorted(sites & fleet.sites.keys())


def _counted(node: str, spot: Spot, load: Load) -> Note:
    sentence = (
        f"it runs pods but is in no certain rack: its pods name rack {spot[1]}, which counts"
        f" {format_power(load.power)} for it; label it {names.SITE}={spot[0]} and {names.RACK}={spot[1]}"
        " if it stands there"
    )
    return Note("Node", node, "PlaceInDoubt", sentence, *spot)


def _nowhere(node: str, site: str) -> str:
    return (
        f"it grants nothing while node {node} runs GPU pods and is in none of its racks:"
        f" label the node {names.SITE}={site} and {names.RACK}, with a rack of the envelope"
    )
