"""What sites have for replicas of given shapes: slots and limits, read from the planner's own arrays.

Every figure here is a bound that no placement exceeds, never a promise:

- slots: whole replicas of the footprint alone that the planner finds places for (exact for equal pods);
- a row of the site, in every state (see `row_limits`);
- GPUs: on nodes with f free ones, replicas of g, counted as floor(g / d) each, are at most floor(f / d), for
  every size d that occurs; and in a rack no more than its rows take groups of d. Where sizes divide each
  other (1, 2, 4, 8) that says exactly what fits on the GPUs.

Whether a distribution can really be placed, the placer says (`placer`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ampacity.core.distribution.model import Berth, Limit
from ampacity.core.distribution.row_limits import Standing, groups, row_limits
from ampacity.core.placement import plan
from ampacity.core.placement.columns import Ints, read_columns
from ampacity.core.placement.demand import Demand, read_demand
from ampacity.core.placement.floor import Floor, read_floor
from ampacity.core.placement.match import Matcher
from ampacity.core.snapshot import Shape, Snapshot, Waiter


@dataclass(frozen=True, slots=True)
class Capacity:
    """Berths and limits of one site."""

    berths: tuple[Berth, ...] = ()
    limits: tuple[Limit, ...] = ()


def read_capacity(snapshot: Snapshot, shapes: Mapping[str, Shape]) -> dict[str, Capacity]:
    """Per site of the snapshot, room for shapes by footprint; waiters of the snapshot do not count."""
    names = sorted(shapes)
    columns = read_columns(snapshot, shapes.values())
    matcher, floor = Matcher(snapshot, columns), read_floor(snapshot, columns)
    demands = {name: read_demand(shapes[name], i, columns, matcher) for i, name in enumerate(names)}
    found = {}
    for site in sorted(snapshot.sites):
        span = columns.site_span(site)
        standing = [one for name in names if (one := _stand(floor, name, demands[name], span)) is not None]
        limits = (*_gpus(floor, standing), *row_limits(snapshot, floor, site, standing))
        local = _only(snapshot, site)
        berths = [_berth(local, site, one) for one in standing]
        found[site] = Capacity(tuple(berths), limits)
    return found


def _only(snapshot: Snapshot, site: str) -> Snapshot:
    """One site by itself."""
    nodes = tuple([node for node in snapshot.nodes if node.site == site])
    return replace(snapshot, sites={site: snapshot.sites[site]}, nodes=nodes)


def _stand(floor: Floor, name: str, demand: Demand, span: slice) -> Standing | None:
    nodes = np.flatnonzero(demand.may[span]) + span.start
    copies = floor.all_copies(demand, nodes)
    nodes, copies = nodes[copies > 0], copies[copies > 0]
    if not len(nodes):
        return None
    busy = np.where(copies * demand.units > floor.all_idle(nodes), 0, demand.units)
    bays, place = np.unique(floor.columns.bay[nodes], return_inverse=True)
    least = np.full(len(bays), demand.units)
    np.minimum.at(least, place, busy)
    loads = np.zeros((len(floor.columns.bay_rack), 3), np.int64)
    loads[bays] = floor.columns.per_gpu[floor.columns.bay_draw[bays]] * least[:, None]
    counts = np.zeros((len(loads), len(floor.columns.shares)), np.int64)
    counts[bays] = demand.counts[floor.columns.bay_draw[bays]]
    return Standing(name, demand, nodes, copies, np.hstack([loads, counts]))


def _berth(snapshot: Snapshot, site: str, one: Standing) -> Berth:
    """Planning for as many as the nodes take, each for itself, shows how many the rows let in."""
    shape = replace(one.demand.shape, sites=(site,))
    waiters = [Waiter(f"{n:06}", one.footprint, shape) for n in range(int(one.copies.sum()))]
    slots = len(plan(replace(snapshot, waiters=tuple(waiters))).grants)
    return Berth(one.footprint, slots, int(one.loads[:, 0].max()))


def _gpus(floor: Floor, standing: Sequence[Standing]) -> Iterator[Limit]:
    """Countable resources of nodes that footprints share, by the sizes that occur."""
    for main, group in groups(standing):
        nodes = np.unique(np.concatenate([one.nodes for one in group]))
        free = floor.free.array()[nodes, main]
        profiles = sorted({floor.columns.views[node].profile for node in nodes.tolist()})
        for size in sorted({one.demand.main_amount for one in group}):
            coefs = [(one.footprint, one.demand.main_amount // size) for one in group]
            most, there = _usable(floor, group, nodes, free, size), int((free // size).sum())
            what = "free GPUs" if most == there else "GPUs that their racks can feed and cool"
            what += f" of {', '.join(profiles)}" + (f" in groups of {size}" if size > 1 else "")
            kept = tuple([(name, coef) for name, coef in coefs if coef])
            yield Limit(what, most, kept, derived=most < there)


def _usable(floor: Floor, group: Sequence[Standing], nodes: Ints, free: Ints, size: int) -> int:
    """Groups of free GPUs, in each bay no more than its rows take if it stood alone."""
    columns = floor.columns
    bays = np.bincount(columns.bay[nodes], weights=free // size, minlength=len(columns.bay_rack)).astype(
        np.int64
    )
    if all(one.loads.any() and one.demand.units == one.demand.main_amount for one in group):
        shared = np.unique(columns.bay[nodes[free > floor.all_idle(nodes)]])
        loads = columns.per_gpu[columns.bay_draw] * size
        alone = floor.headroom.counts(floor.headroom.increments(loads))
        alone[shared] = bays[shared]
        bays = np.minimum(bays, alone)
    return int(bays.sum())
