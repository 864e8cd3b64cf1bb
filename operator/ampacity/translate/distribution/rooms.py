"""Sites as distribution sees them: room without the replicas that are its to move.

Replicas on nodes that take nothing new (cordoned, tainted, or at a site that is in doubt) may stay, but
nothing can come in their place. They are room of their own, on top of what the nodes that admit have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ampacity.core.distribution.capacity import Capacity
from ampacity.core.distribution.model import Berth, Limit, SiteRoom
from ampacity.core.distribution.standing import without
from ampacity.core.draw import added
from ampacity.core.placement.match import tolerates
from ampacity.core.sentences import LOST
from ampacity.core.snapshot import NodeView, Shape, Snapshot
from ampacity.translate.distribution.capacities import Capacities
from ampacity.translate.distribution.shapes import Shapes, footprint_of
from ampacity.translate.distribution.spared import spared
from ampacity.translate.distribution.standing import Standing
from ampacity.translate.records import World
from ampacity.translate.residency import areas_at


@dataclass(slots=True)
class _Tally:
    """Standing replicas by what can be made of them."""

    gone: dict[str, list[Shape]] = field(default_factory=dict)
    fixed: Counter[tuple[str, str]] = field(default_factory=Counter)
    power: dict[tuple[str, str], int] = field(default_factory=dict)


def closed_sites(world: World, closed: Mapping[str, str]) -> dict[str, str]:
    """Sites that take nothing, and why: those given, and those whose envelopes say so."""
    return {name: LOST for name, site in world.sites.items() if site.lost} | dict(closed)


def serving(world: World, snapshot: Snapshot, standing: Standing, closed: Mapping[str, str]) -> Standing:
    """Of the standing replicas those that serve: not at closed sites, nor on nodes that do not answer.

    Where no node of a site answers, the site may merely be cut off: until somebody closes it, its
    replicas count as if they served.
    """
    answering = {node.name for node in world.nodes if node.ready}
    alive = {node.site for node in snapshot.nodes if node.name in answering}
    return {
        choice: left
        for choice, nodes in standing.items()
        if choice.site not in closed
        and (left := [name for name in nodes if name in answering or choice.site not in alive])
    }


def rooms_of(
    world: World,
    snapshot: Snapshot,
    shapes: Shapes,
    serving: Standing,
    closed: Mapping[str, str],
    capacities: Capacities,
) -> tuple[SiteRoom, ...]:
    """All sites, by name."""
    tally = _tally(snapshot, shapes, serving)
    found = capacities.read(without(snapshot, tally.gone), shapes.by_footprint)
    found = spared(snapshot, tally.gone, shapes.by_footprint, found)
    return tuple(
        [
            _room(world, name, _with_fixed(found.get(name, Capacity()), name, tally), closed)
            for name in sorted(world.sites)
        ]
    )


def _tally(snapshot: Snapshot, shapes: Shapes, serving: Standing) -> _Tally:
    nodes, tally = {node.name: node for node in snapshot.nodes}, _Tally()
    for choice, names in serving.items():
        shape = shapes.by_variant.get((choice.pool, choice.variant))
        if shape is None:
            continue
        for node in map(nodes.__getitem__, names):
            if snapshot.sites[node.site].admits and _takes(node, shape):
                tally.gone.setdefault(node.name, []).append(shape)
            else:
                key = node.site, footprint_of(shape)
                tally.fixed[key] += 1
                tally.power.setdefault(key, _charged(node, shape))
    return tally


def _takes(node: NodeView, shape: Shape) -> bool:
    """Whether the node would take another such replica if this one went. A node that has just come back is
    tainted for a moment longer."""
    return node.admits and all(tolerates(shape.tolerations, taint) for taint in node.taints)


def _charged(node: NodeView, shape: Shape) -> int:
    """What one replica on the node draws, mW; nobody knows it of unknown hardware."""
    return added(node.draw, 0, shape.gpu_units).power if node.draw is not None else 0


def _with_fixed(capacity: Capacity, site: str, tally: _Tally) -> Capacity:
    """With room for the replicas that may stay where nothing can come: as if they took nothing."""
    fixed = {footprint: count for (at, footprint), count in tally.fixed.items() if at == site}
    if not fixed:
        return capacity
    berths = {berth.footprint: berth for berth in capacity.berths}
    for footprint, count in sorted(fixed.items()):
        berth = berths.get(footprint, Berth(footprint, 0, tally.power[site, footprint]))
        berths[footprint] = replace(berth, slots=berth.slots + count)
    return Capacity(tuple(berths.values()), tuple([_raised(limit, fixed) for limit in capacity.limits]))


def _raised(limit: Limit, fixed: Mapping[str, int]) -> Limit:
    return replace(limit, most=limit.most + sum(coef * fixed.get(name, 0) for name, coef in limit.coefs))


def _room(world: World, name: str, capacity: Capacity, closed: Mapping[str, str]) -> SiteRoom:
    site = world.sites[name]
    return SiteRoom(
        name=name,
        tier=site.tier.value,
        berths=capacity.berths,
        limits=capacity.limits,
        areas=areas_at(site),
        labels=site.labels,
        uplink=site.uplink,
        closed=closed.get(name, ""),
    )
