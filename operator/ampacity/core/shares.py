"""What classes of work draw, as far as shares of a site go: on the safe side wherever it is in doubt.

A GPU of a class counts with its equal part of its server, idle and CPUs included: a server that one
class fills counts in full. Of GPUs cut into slices each slice in use counts as a GPU until all of the
class's may be busy. What a node is charged beyond its units (it is not Ready, or a pod asks for nobody
knows what) counts for every class that is on it, and a pod of no known class for all classes.

What is kept for a class is kept for what its GPUs add to idle servers, for those draw whoever uses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ampacity.core.load import NodeDraw
from ampacity.core.rows import ShareRow
from ampacity.core.site import Share
from ampacity.core.snapshot import NodeView, SiteView
from ampacity.core.workload import Workload


@dataclass(frozen=True, slots=True)
class ShareUse:
    """A share as it stands, mW: what its class draws, what is left of its most, and what others have left
    beside what is kept for it (None: nothing is stated). Negative where it is over."""

    share: Share
    drawn: int
    left: int | None
    others_left: int | None


def used(view: SiteView, nodes: Iterable[NodeView]) -> tuple[int, ...]:
    """Load on each of the site's share rows, mW. `nodes`: all of the site."""
    if not view.rows.shares:
        return ()
    placed = [node for node in nodes if node.rack in view.rows.rack_index]
    return tuple(
        _rest(view, row.classes, placed) if row.rest else _share(view, row.classes, placed)
        for row in view.rows.shares
    )


def uses(view: SiteView, nodes: Sequence[NodeView]) -> tuple[ShareUse, ...]:
    """The site's shares in the order of its envelope. `nodes`: all of the site."""
    loads = list(zip(view.rows.shares, used(view, nodes), strict=True))
    placed = [node for node in nodes if node.rack in view.rows.rack_index]
    found = []
    for share in view.rows.site.shares:
        drawn = _share(view, frozenset([share.workload]), placed)
        others = [
            row.row.capacity - load for row, load in loads if row.rest and share.workload in row.classes
        ]
        left = None if share.at_most is None else share.at_most - drawn
        found.append(ShareUse(share, drawn, left, min(others, default=None)))
    return tuple(found)


def added(row: ShareRow, draw: NodeDraw, workload: Workload | None, units: int) -> int:
    """The most that a pod of `units` GPU units of a class adds to a share row on such a node, mW."""
    busy = min(draw.gpus, units)
    if row.rest:
        return 0 if workload in row.classes else draw.per_gpu.power * busy
    return _part(draw) * busy if workload is None or workload in row.classes else 0


def _share(view: SiteView, classes: frozenset[Workload], nodes: Iterable[NodeView]) -> int:
    kinds = classes | {None}
    unseen = sum(power for kind, power in view.unseen if kind in kinds)
    return unseen + sum(_most(node, kinds) for node in nodes if node.work)


def _rest(view: SiteView, classes: frozenset[Workload], nodes: Iterable[NodeView]) -> int:
    missing = sum(load.power for rack, load in view.unlisted.items() if rack in view.rows.rack_index)
    return missing + sum(node.load.power - _surely_added(node, classes) for node in nodes)


def _most(node: NodeView, kinds: frozenset[Workload | None]) -> int:
    """The most that pods of these classes draw on a node."""
    mine = [units for kind, units in node.work if kind in kinds]
    if not mine or node.draw is None:
        return node.load.power if mine else 0
    beyond = max(0, node.load.power - node.draw.at(node.units).power)
    return min(node.load.power, _part(node.draw) * min(node.draw.gpus, sum(mine)) + beyond)


def _surely_added(node: NodeView, kinds: frozenset[Workload]) -> int:
    """The least that GPUs of these classes add to the idle node."""
    if node.draw is None or not node.work:
        return 0
    mine = sum(units for kind, units in node.work if kind in kinds)
    busy = min(node.draw.gpus, node.units) - (node.units - mine)
    return min(node.load.power, node.draw.per_gpu.power * max(0, busy))


def _part(draw: NodeDraw) -> int:
    """A GPU at work with its part of the server, rounded up."""
    return draw.per_gpu.power - -draw.fixed.power // max(1, draw.gpus)
