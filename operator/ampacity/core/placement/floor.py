"""The working state of one plan: what is free and in use now, changed by placing and undone on request.

Only whole decisions change it, each is remembered, and each can be taken back, so that a what-if
costs what it touched (see `improve`).
"""

from __future__ import annotations

from operator import floordiv, sub
from typing import NamedTuple

import numpy as np

from ampacity.core.load import Load
from ampacity.core.placement.columns import Columns, Ints, Mask
from ampacity.core.placement.demand import Demand
from ampacity.core.placement.headroom import UNLIMITED, Effect, Headroom, read_headroom
from ampacity.core.placement.mirror import Mirror
from ampacity.core.snapshot import Snapshot

_NOBODY = -1


class Placement(NamedTuple):
    """Some `pods` of one demand on one node, each of which makes `busy` more GPUs draw power."""

    demand: Demand
    node: int
    pods: int
    busy: int


class Floor:
    """Free resources, units in use and row headroom of the whole fleet.

    `supply_limit`: [bays] GPUs that a node's own power supplies can keep busy there.
    `bay`, `gpus`: per node. `unused`: per bay, usable nodes without a GPU in use.
    """

    def __init__(self, columns: Columns, headroom: Headroom, supply_limit: Ints) -> None:
        self.columns = columns
        self.headroom = headroom
        self.free: Mirror[list[int]] = Mirror(columns.free)
        self.units: Mirror[int] = Mirror(columns.units)
        self.unused: Mirror[int] = Mirror(_unused(columns))
        self.history: list[Placement] = []
        self.bay: list[int] = columns.bay.tolist()
        self.gpus: list[int] = columns.gpus[columns.draw].tolist() if len(columns.gpus) else []
        self._shared = bool(columns.shares)
        self._supply_limit = supply_limit
        self._supply_limits: list[int] = supply_limit.tolist()
        self._supplied_below: list[bool] = (supply_limit < columns.gpus[columns.bay_draw]).tolist()
        self._effects: dict[tuple[int, int, int], Effect] = {}
        self._loads: dict[tuple[int, int], Load] = {}

    def busy(self, node: int, units: int) -> int:
        """Physical GPUs that `units` more GPU units on a node make busy."""
        return max(0, min(self.gpus[node] - self.units.values[node], units))

    def load(self, node: int, busy: int) -> Load:
        """What a node draws more with `busy` more GPUs at work."""
        key = (int(self.columns.draw[node]), busy)
        if key not in self._loads:
            self._loads[key] = self.columns.draws[key[0]].per_gpu * busy
        return self._loads[key]

    def copies(self, demand: Demand, node: int) -> int:
        """How many pods of the demand the node itself takes: free resources and its power supplies."""
        free = self.free.values[node]
        fitting: int = min(map(floordiv, map(free.__getitem__, demand.kinds), demand.amounts))
        if self._supplied_below[self.bay[node]] and demand.units:
            limit = self._supply_limits[self.bay[node]]
            fitting = min(fitting, (limit - self.units.values[node]) // demand.units)
        return max(0, fitting)

    def all_busy(self, demand: Demand, nodes: Ints) -> Ints:
        """`busy` of one more pod on each of the nodes."""
        busy: Ints = np.minimum(self.all_idle(nodes), demand.units)
        return busy

    def all_idle(self, nodes: Ints) -> Ints:
        """Physical GPUs without work on each of the nodes."""
        idle: Ints = self.columns.gpus[self.columns.draw[nodes]] - self.units.array()[nodes]
        least: Ints = np.maximum(idle, 0)
        return least

    def least_loads(self, demand: Demand, nodes: Ints) -> Ints:
        """mW that the cheapest pod on each bay's part of the nodes adds: [bays, 3 and share rows]; zero
        without any."""
        columns = self.columns
        most = np.iinfo(np.int64).max
        least = np.full(len(columns.bay_rack), most)
        np.minimum.at(least, columns.bay[nodes], self.all_busy(demand, nodes))
        there = least < most
        loads: Ints = columns.per_gpu[columns.bay_draw] * np.where(there, least, 0)[:, None]
        return loads if not self._shared else np.hstack([loads, self._counts(demand, there)])

    def _counts(self, demand: Demand, there: Mask) -> Ints:
        """What a pod adds to share rows in the bays that are there, mW: [bays, share rows]."""
        counts: Ints = demand.counts[self.columns.bay_draw] * there[:, None]
        return counts

    def all_copies(self, demand: Demand, nodes: Ints) -> Ints:
        """`copies` on each of the nodes."""
        free = self.free.array()
        fitting = np.full(len(nodes), UNLIMITED)
        for kind, amount in zip(demand.kinds, demand.amounts, strict=True):
            fitting = np.minimum(fitting, free[nodes, kind] // amount)
        if demand.units and any(self._supplied_below):
            limit = self._supply_limit[self.columns.bay[nodes]]
            supplied = (limit - self.units.array()[nodes]) // demand.units
            bound = limit < self.columns.gpus[self.columns.draw[nodes]]
            fitting = np.where(bound, np.minimum(fitting, supplied), fitting)
        copies: Ints = np.maximum(fitting, 0)
        return copies

    def place(self, demand: Demand, node: int, wanted: int) -> int:
        """Put up to `wanted` pods of the demand on the node; how many its rows and resources took.

        Pods that a shared GPU makes no busier than its neighbours' do are placed separately from
        those that do, so one call may place fewer than would fit.
        """
        busy = self.busy(node, demand.units)
        count = min(wanted, self.copies(demand, node))
        if (busy or self._shared) and count:
            alike = max(1, (self.gpus[node] - self.units.values[node]) // max(1, demand.units))
            count = min(count, alike, self.room(self.effect(self.bay[node], busy, demand)))
        if count > 0:
            self.history.append(Placement(demand, node, count, busy))
            self._apply(self.history[-1], 1)
        return count

    def effect(self, bay: int, busy: int, demand: Demand | None = None) -> Effect:
        """What `busy` more GPUs in a bay add to its rows; with those of shares, as a pod of `demand`."""
        key = bay, busy, demand.number if self._shared and demand is not None else _NOBODY
        found = self._effects.get(key)
        if found is None:
            load = self.columns.per_gpu[self.columns.bay_draw[bay]] * busy
            if self._shared and demand is not None:
                load = np.append(load, demand.counts[self.columns.bay_draw[bay]])
            found = self._effects[key] = self.headroom.effect(bay, load)
        return found

    def room(self, effect: Effect) -> int:
        """How many times the rows take the effect."""
        left = map(self.headroom.left.values.__getitem__, effect.rows)
        return max(0, min(map(floordiv, left, effect.adds), default=UNLIMITED))

    def room_after(self, effect: Effect, first: Effect) -> int:
        """The same after `first`, an effect in the same bay."""
        left = map(sub, map(self.headroom.left.values.__getitem__, effect.rows), first.adds)
        return max(0, min(map(floordiv, left, effect.adds), default=UNLIMITED))

    def refusing(self, bay: int, busy: int, demand: Demand) -> list[int]:
        """Bays that rows of this bay, which do not take a pod with `busy` more GPUs here, refuse as many."""
        effect, found = self.effect(bay, busy, demand), {bay}
        for row, add in zip(effect.rows, effect.adds, strict=True):
            if self.headroom.left.values[row] < add:
                bays = self.headroom.bays_on(row)
                draws = self.columns.bay_draw[bays]
                loads = self.columns.per_gpu[draws] * busy
                loads = np.hstack([loads, demand.counts[draws]]) if self._shared else loads
                adds = self.headroom.adds_on(row, loads)
                found.update(bays[adds > self.headroom.left.values[row]].tolist())
        return sorted(found)

    def undo(self, mark: int) -> None:
        """Take back every placement after the first `mark` ones."""
        for placement in reversed(self.history[mark:]):
            self._apply(placement, -1)
        del self.history[mark:]

    def _apply(self, placement: Placement, sign: int) -> None:
        demand, node, count = placement.demand, placement.node, placement.pods * sign
        free, units = self.free.values[node], self.units.values
        for kind, amount in zip(demand.kinds, demand.amounts, strict=True):
            free[kind] -= amount * count
        self.free.changed.add(node)
        if demand.units:
            self._use(node, units[node] + demand.units * count)
        if placement.busy or self._shared:
            left, effect = self.headroom.left, self.effect(self.bay[node], placement.busy, demand)
            left.changed.update(effect.rows)
            for row, add in zip(effect.rows, effect.adds, strict=True):
                left.values[row] -= add * count

    def _use(self, node: int, units: int) -> None:
        before, bay = self.units.values[node], self.bay[node]
        self.units.values[node] = units
        self.units.changed.add(node)
        if not (before and units):
            self.unused.values[bay] += (not units) - (not before)
            self.unused.changed.add(bay)

def read_floor(snapshot: Snapshot, columns: Columns) -> Floor:
    """The fleet as the snapshot has it, nothing placed yet."""
    return Floor(columns, read_headroom(snapshot, columns), _supply_limits(snapshot, columns))


def _unused(columns: Columns) -> Ints:
    nodes = columns.usable & (columns.units == 0)
    return np.bincount(columns.bay[nodes], minlength=len(columns.bay_rack))


def _supply_limits(snapshot: Snapshot, columns: Columns) -> Ints:
    """GPUs that a node's own power supplies keep busy in its rack: [bays]."""
    limits = columns.gpus[columns.bay_draw]
    for bay, number in enumerate(columns.bay_draw.tolist()):
        draw = columns.draws[number]
        if draw.supplies is not None and draw.per_gpu.power:
            view = columns.views[columns.bay_start[bay]]
            carried = snapshot.sites[view.site].rows.supply_limit(view.rack or "", draw.supplies)
            limits[bay] = (carried - draw.fixed.power) // draw.per_gpu.power
    return limits
