"""What classes of work draw, added up node by node from the nameplate and in fractions: no rows."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from ampacity.core.snapshot import NodeView, Snapshot
from ampacity.core.workload import Workload


def drawn(snapshot: Snapshot, site: str, kind: Workload) -> Fraction:
    """What pods of the class draw, each GPU with its equal part of its server; unknown ones are of it too."""
    return sum((_of(node, kind) for node in snapshot.nodes if node.site == site), Fraction(0))


def everything_else(snapshot: Snapshot, site: str, kinds: Collection[Workload]) -> int:
    """All draw of the site's nodes, less what GPUs of these classes surely add to idle servers."""
    return sum(node.load.power - _surely_added(node, kinds) for node in snapshot.nodes if node.site == site)


def _of(node: NodeView, kind: Workload) -> Fraction:
    assert node.draw is not None
    mine = sum(units for one, units in node.work if one in (kind, None))
    whole = node.draw.fixed.power + node.draw.gpus * node.draw.per_gpu.power
    return Fraction(whole * min(mine, node.draw.gpus), node.draw.gpus)


def _surely_added(node: NodeView, kinds: Collection[Workload]) -> int:
    assert node.draw is not None
    mine = sum(units for one, units in node.work if one in kinds)
    busy = min(node.draw.gpus, node.units)
    return max(0, busy - (node.units - mine)) * node.draw.per_gpu.power
