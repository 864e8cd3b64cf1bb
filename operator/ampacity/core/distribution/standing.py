"""Replicas that run now, taken out of a snapshot: what sites would offer without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ampacity.core.snapshot import NodeView, Resources, Shape, Snapshot, Work
from ampacity.core.workload import Workload


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
        work = _fewer(node.work, shape.workload, shape.gpu_units)
        node = replace(node, units=units, load=load, free=_more(node.free, shape.requests), work=work)
    return node


def _fewer(work: Work, kind: Workload | None, units: int) -> Work:
    """A class without units is not there any more."""
    left = [(one, count - units if one is kind else count) for one, count in work]
    return tuple([(one, count) for one, count in left if count > 0 or one is not kind])


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
