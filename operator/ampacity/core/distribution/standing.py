"""Replicas that run now, taken out of a snapshot: what sites would offer without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ampacity.core.snapshot import NodeView, Resources, Shape, Snapshot


def without(snapshot: Snapshot, gone: Mapping[str, Sequence[Shape]]) -> Snapshot:
    """The snapshot less these replicas, by node. Nodes it does not know are ignored."""
    nodes = tuple([_less(node, gone.get(node.name, ())) for node in snapshot.nodes])
    return replace(snapshot, nodes=nodes)


def _less(node: NodeView, shapes: Sequence[Shape]) -> NodeView:
    """A node whose draw is unknown keeps its load: what is in doubt counts at its maximum."""
    for shape in shapes:
        units = max(0, node.units - shape.gpu_units)
        load = node.load
        if node.draw is not None:
            load = load - (node.draw.at(node.units) - node.draw.at(units))
        node = replace(node, units=units, load=load, free=_more(node.free, shape.requests))
    return node


def _more(free: Resources, back: Resources) -> Resources:
    extended = dict(free.extended)
    for name, amount in back.extended:
        extended[name] = extended.get(name, 0) + amount
    return Resources(
        free.cpu_milli + back.cpu_milli,
        free.memory + back.memory,
        free.ephemeral + back.ephemeral,
        free.pods + back.pods,
        tuple(sorted(extended.items())),
    )
