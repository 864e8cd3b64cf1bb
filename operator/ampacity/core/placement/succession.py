"""Could a pod take over the place that another one leaves? Asked before what runs is ended for a successor.

Yes, if the planner would let it in there with the watts and resources of those
who leave and no more: the node passes every check, none of the rows that the
pod loads is over its limit, and it asks for no more GPUs than they had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ampacity.core.placement.columns import amount, asked, read_columns
from ampacity.core.placement.demand import Demand, read_demand
from ampacity.core.placement.floor import read_floor
from ampacity.core.placement.match import Matcher
from ampacity.core.snapshot import AntiAffinity, PodSelector, Resources, Shape, Snapshot, Spread

_OF_TEMPLATE = "pod-template-hash"
"""Label that tells pods of one template from those of the next; rules may name it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A pod that would leave, and its node."""

    shape: Shape
    node: str


class Succession:
    """Answers for one snapshot and the shapes of all successors in question."""

    def __init__(self, snapshot: Snapshot, shapes: Iterable[Shape]) -> None:
        self._columns = read_columns(snapshot, shapes)
        self._matcher = Matcher(snapshot, self._columns)
        self._floor = read_floor(snapshot, self._columns)
        self._nodes = {view.name: node for node, view in enumerate(self._columns.views)}

    def takes_over(self, shape: Shape, places: Iterable[Place]) -> bool:
        """Whether pods of `shape` could take over all these places at once."""
        leaving: defaultdict[str, list[Shape]] = defaultdict(list)
        for place in places:
            leaving[place.node].append(place.shape)
        if not all(_no_larger(shape, old) for olds in leaving.values() for old in olds):
            return False
        if not leaving.keys() <= self._nodes.keys():
            return False
        demand = read_demand(shape, 0, self._columns, self._matcher)
        return all(self._lets_in(demand, self._nodes[name], olds) for name, olds in leaving.items())

    def _lets_in(self, demand: Demand, node: int, leaving: Sequence[Shape]) -> bool:
        if not demand.may[node]:
            return False
        effect = self._floor.effect(self._floor.bay[node], max(1, demand.units), demand)
        if any(self._floor.headroom.left.values[row] < 0 for row in effect.rows):
            return False
        return _fits(asked(demand.shape.requests), self._columns.views[node].free, leaving)


def _no_larger(new: Shape, old: Shape) -> bool:
    """No more GPUs, and no other rules between pods: whether new rules hold shows only when it is tried."""
    return new.gpu_units <= old.gpu_units and _rules(new) == _rules(old)


def _rules(shape: Shape) -> set[AntiAffinity | Spread]:
    """The shape's rules between pods, whichever template they speak of."""
    near = {replace(rule, selector=_of_any_template(rule.selector)) for rule in shape.rules}
    even = {replace(rule, selector=_of_any_template(rule.selector)) for rule in shape.spread}
    return near | even


def _of_any_template(selector: PodSelector) -> PodSelector:
    kept = tuple(wanted for wanted in selector.requirements if wanted.key != _OF_TEMPLATE)
    return replace(selector, requirements=kept)


def _fits(wanted: dict[str, int], free: Resources, leaving: Sequence[Shape]) -> bool:
    """Whether as many pods as leave a node find there what they want."""
    theirs = [asked(shape.requests) for shape in leaving]
    return all(
        each * len(leaving) <= amount(free, name) + sum(old.get(name, 0) for old in theirs)
        for name, each in wanted.items()
    )
