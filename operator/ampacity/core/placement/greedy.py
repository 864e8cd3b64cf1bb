"""Place waiters in their order, each where its queue says; who does not fit blocks nobody behind.

Equal neighbours in the order form a run and are placed together, as many on a node as go. Shapes under
rules that grants of the same plan can change (spread, affinity) are placed one pod at a time, with the
rules judged anew each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, repeat

import numpy as np

from ampacity.core.placement.columns import Ints, Mask
from ampacity.core.placement.demand import Demand
from ampacity.core.placement.floor import Floor, Placement
from ampacity.core.placement.queue import Queue
from ampacity.core.placement.rules import Checks, RuleBook
from ampacity.core.snapshot import Waiter


@dataclass(frozen=True, slots=True)
class Run:
    """Equal waiters that follow each other in the order."""

    demand: Demand
    waiters: Sequence[Waiter]


@dataclass(frozen=True, slots=True)
class Filled:
    """What a run got: one place each for its first waiters (pods on one node share a placement)."""

    run: Run
    places: Sequence[Placement]

    @property
    def complete(self) -> bool:
        """Everybody has a place."""
        return len(self.places) == len(self.run.waiters)


class Greedy:
    """Fills one floor; keeps a queue per shape."""

    def __init__(self, floor: Floor, rules: RuleBook, pressure: Ints) -> None:
        self.floor = floor
        self.rules = rules
        self._pressure = pressure
        self._queues: dict[Demand, Queue] = {}

    def place(self, runs: Sequence[Run]) -> list[Filled]:
        """Give places to as many waiters of each run as go, run by run.

        Where each shape's runs can all be placed together, the order between them decides nothing:
        that is tried first, because it costs per shape and not per run.
        """
        wanted = totals(runs)
        if len(wanted) < len(runs):
            mark = len(self.floor.history)
            places = {demand: self.fill(demand, total) for demand, total in wanted.items()}
            if all(len(places[demand]) == total for demand, total in wanted.items()):
                return deal(runs, places)
            self.undo(mark)
        return [Filled(run, self.fill(run.demand, len(run.waiters))) for run in runs]

    def fill(self, demand: Demand, wanted: int) -> list[Placement]:
        """Place up to `wanted` pods of one shape; where each went."""
        mark = len(self.floor.history)
        checks = self.rules.checks(demand)
        if checks is not None and checks.moving:
            self._fill_singly(demand, wanted, checks)
        else:
            self._fill(demand, wanted)
        return spelled_out(self.floor.history[mark:])

    def queue(self, demand: Demand) -> Queue:
        """The shape's candidates, made on first use."""
        if demand not in self._queues:
            self._queues[demand] = Queue(self.floor, demand, self.allowed(demand), self._pressure)
        return self._queues[demand]

    def allowed(self, demand: Demand) -> Mask:
        """Nodes that pass every check which no grant changes: [nodes]."""
        checks = self.rules.checks(demand)
        if checks is None or checks.moving:
            return demand.may
        return demand.may & checks.mask(np.arange(len(demand.may)))

    def put(self, demand: Demand, node: int, wanted: int) -> int:
        """Place up to `wanted` pods on one node; how many it took."""
        pods = self.floor.place(demand, node, wanted)
        if pods:
            self.rules.add(demand, node, pods)
        return pods

    def put_back(self, placements: Iterable[Placement]) -> None:
        """Place again what was undone."""
        for placement in placements:
            self.put(placement.demand, placement.node, placement.pods)

    def undo(self, mark: int) -> None:
        """Take back every placement after the first `mark` ones. What was full may have room again."""
        for placement in self.floor.history[mark:]:
            self.rules.add(placement.demand, placement.node, -placement.pods)
        self.floor.undo(mark)
        self._queues.clear()

    def _fill(self, demand: Demand, wanted: int) -> None:
        queue = self.queue(demand)
        while wanted and (node := queue.best()) is not None:
            pods = self.put(demand, node, wanted)
            wanted -= pods
            if not pods:
                queue.refused(node)

    def _fill_singly(self, demand: Demand, wanted: int, checks: Checks) -> None:
        queue = self.queue(demand)
        nodes = queue.nodes()
        while wanted:
            allowed = np.flatnonzero(checks.mask(nodes))
            if not len(allowed):
                return
            node = int(nodes[allowed[0]])
            if self.put(demand, node, 1):
                wanted -= 1
            else:
                queue.refused(node)
                nodes = queue.nodes()


def deal(runs: Iterable[Run], places: Mapping[Demand, Sequence[Placement]]) -> list[Filled]:
    """Each shape's places to its waiters in their order; a shape without places has none to deal."""
    runs = list(runs)
    left = {run.demand: iter(places.get(run.demand, ())) for run in runs}
    return [Filled(run, list(islice(left[run.demand], len(run.waiters)))) for run in runs]


def spelled_out(placements: Iterable[Placement]) -> list[Placement]:
    """Each placement once per pod."""
    each: Iterator[Iterable[Placement]] = (repeat(placement, placement.pods) for placement in placements)
    return list(chain.from_iterable(each))


def totals(runs: Iterable[Run]) -> dict[Demand, int]:
    """How many waiters each shape has, in order of their first."""
    totals: dict[Demand, int] = {}
    for run in runs:
        totals[run.demand] = totals.get(run.demand, 0) + len(run.waiters)
    return totals
