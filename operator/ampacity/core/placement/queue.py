"""The nodes a shape may still use, best first, kept up to date lazily.

Grants of one plan only ever take, so a node or bay that refuses a shape once refuses it for the rest of
the plan and is forgotten. A grant changes the keys of one node: every queue learns of it from the floor's
history when it is next asked, not before. Keys of other nodes in the rack may lag; they are
hints about what is best, while `Floor.place` decides what fits.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush

import numpy as np

from ampacity.core.placement.columns import Ints, Mask
from ampacity.core.placement.demand import Demand
from ampacity.core.placement.floor import Floor
from ampacity.core.placement.score import NODE_MASK, NOT_SCORED, rescore, score

_BACKLOG = 256  # grants by others after which scoring anew is cheaper than node by node

_GONE = -1


class Queue:
    """One shape's candidates. `may`: [nodes] those that pass all checks that no grant changes."""

    def __init__(self, floor: Floor, demand: Demand, may: Mask, pressure: Ints) -> None:
        self.demand = demand
        self.short = False  # some node had room for a pod that its rows did not carry
        self._floor = floor
        self._candidates = np.flatnonzero(may)
        self._pressure = pressure
        self._keys: list[int]
        self._renew()

    def best(self) -> int | None:
        """The node to try next, None when no node is left."""
        if self._seen != len(self._floor.history):
            self._follow()
        while self._keys:
            key = self._keys[0]
            node = key & NODE_MASK
            if self._latest.get(node, key) == key and self._alive(node):
                return node
            heappop(self._keys)
        return None

    def refused(self, node: int) -> None:
        """The node took no pod. Forget it; if rows were what refused, forget their other bays too."""
        floor, busy = self._floor, self._floor.busy(node, self.demand.units)
        self._latest[node] = _GONE
        if floor.copies(self.demand, node) > 0:
            self.short = True
            for bay in floor.refusing(floor.bay[node], busy, self.demand):
                self._dead[bay] = min(busy, self._dead.get(bay, busy))

    def nodes(self) -> Ints:
        """All candidates that may take a pod now, best first."""
        if self._latest or self._seen != len(self._floor.history):
            self._renew()
        return np.sort(np.array(self._keys, np.int64)) & NODE_MASK

    def _renew(self) -> None:
        scored = score(self._floor, self.demand, self._candidates, self._pressure)
        self.short |= scored.short
        self._fixed = scored.fixed.tolist()
        self._keys = scored.keys.tolist()
        heapify(self._keys)
        self._candidates = np.sort(scored.keys & NODE_MASK)
        self._latest: dict[int, int] = {}
        self._dead: dict[int, int] = {}
        self._seen = len(self._floor.history)

    def _follow(self) -> None:
        """Take note of what was granted since: rescore the nodes concerned."""
        history = self._floor.history
        if len(history) - self._seen > _BACKLOG:
            return self._renew()
        touched = dict.fromkeys([placement.node for placement in history[self._seen :]])
        self._seen = len(history)
        for node in touched:
            fixed = self._fixed[node]
            if fixed != NOT_SCORED:
                self._put(node, fixed)

    def _put(self, node: int, fixed: int) -> None:
        if self._floor.copies(self.demand, node) < 1:
            self._latest[node] = _GONE
        elif self._latest.get(node, 0) != _GONE:
            self._latest[node] = rescore(self._floor, self.demand, node, fixed)
            heappush(self._keys, self._latest[node])

    def _alive(self, node: int) -> bool:
        """Shared GPUs: a node whose pod draws less than what the bay refused is still worth a try."""
        limit = self._dead.get(self._floor.bay[node])
        return limit is None or self._floor.busy(node, self.demand.units) < limit
