"""Replicas that run beyond a share: nothing of the class comes, and none of them has to go for it.

Rows of the power path that shrink make replicas leave, for what they draw is not there. A share is a rule
about who may begin. So where one is exceeded, the replicas that stand are room of their own, as far as all
other limits carry them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ampacity.core.distribution.capacity import Capacity, read_capacity
from ampacity.core.distribution.model import Limit
from ampacity.core.distribution.standing import without
from ampacity.core.rows import RowKind
from ampacity.core.shares import used
from ampacity.core.snapshot import Shape, Snapshot
from ampacity.translate.distribution.shapes import footprint_of

_SHARES = (RowKind.SHARE, RowKind.REST)


def spared(
    snapshot: Snapshot,
    gone: Mapping[str, Sequence[Shape]],
    shapes: Mapping[str, Shape],
    found: Mapping[str, Capacity],
) -> Mapping[str, Capacity]:
    """`found` with room for replicas that stand where a share is exceeded.

    `gone`: the shapes of those replicas by node, which `found` leaves out; `shapes` by footprint.
    """
    sites = [name for name in snapshot.sites if _exceeded(snapshot, name)]
    return {**found, **{name: _with_room(snapshot, name, gone, shapes, found[name]) for name in sites}}


def _exceeded(snapshot: Snapshot, site: str) -> bool:
    view = snapshot.sites[site]
    if not view.rows.shares:
        return False
    loads = used(view, [node for node in snapshot.nodes if node.site == site])
    return any(load > row.row.capacity for row, load in zip(view.rows.shares, loads, strict=True))


def _with_room(
    snapshot: Snapshot,
    site: str,
    gone: Mapping[str, Sequence[Shape]],
    shapes: Mapping[str, Shape],
    capacity: Capacity,
) -> Capacity:
    view = snapshot.sites[site]
    nodes = tuple([node for node in snapshot.nodes if node.site == site])
    standing = Counter(footprint_of(shape) for node in nodes for shape in gone.get(node.name, ()))
    free = replace(
        snapshot, sites={site: replace(view, rows=replace(view.rows, shares=()))}, nodes=nodes, waiters=()
    )
    berths = []
    limited = {berth.footprint: berth.slots for berth in capacity.berths}
    for berth in read_capacity(without(free, gone), shapes)[site].berths:
        least = max(limited.get(berth.footprint, 0), standing[berth.footprint])
        berths.append(replace(berth, slots=min(berth.slots, least)))
    return Capacity(tuple(berths), tuple([_raised(limit, standing) for limit in capacity.limits]))


def _raised(limit: Limit, standing: Mapping[str, int]) -> Limit:
    if limit.row is None or limit.row.kind not in _SHARES:
        return limit
    held = sum(coef * standing.get(name, 0) for name, coef in limit.coefs)
    return replace(limit, most=max(limit.most, held))
