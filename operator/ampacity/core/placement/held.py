"""Waiters with a hold: their watts and resources are counted on the held node already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ampacity.core.placement.demand import Demand
from ampacity.core.placement.floor import Floor
from ampacity.core.placement.rules import RuleBook
from ampacity.core.snapshot import Waiter


@dataclass(frozen=True, slots=True)
class Kept:
    """A waiter that takes the place held for it; `busy`: GPUs that its hold keeps busy."""

    waiter: Waiter
    node: int
    busy: int


def take_held(
    floor: Floor, rules: RuleBook, waiters: Sequence[Waiter], demands: Mapping[int, Demand]
) -> list[Kept]:
    """Who of the waiters, in their order, takes a held place. `demands` by identity of shape.

    A hold is good while its node passes every check and none of the rows that the pod loads is over.
    """
    holding = [waiter for waiter in waiters if waiter.hold is not None]
    if not holding:
        return []
    wanted = {waiter.hold for waiter in holding}
    numbers = {view.name: node for node, view in enumerate(floor.columns.views) if view.name in wanted}
    kept: list[Kept] = []
    for waiter in holding:
        demand, node = demands[id(waiter.shape)], numbers.get(waiter.hold or "")
        if node is not None and _good(floor, rules, demand, node):
            rules.add(demand, node, 1)
            kept.append(Kept(waiter, node, _busy(floor, demand, node)))
    return kept


def _good(floor: Floor, rules: RuleBook, demand: Demand, node: int) -> bool:
    if not demand.may[node]:
        return False
    checks = rules.checks(demand)
    if checks is not None and not checks.mask(np.array([node]))[0]:
        return False
    effect = floor.effect(floor.bay[node], _busy(floor, demand, node), demand)
    return all(floor.headroom.left.values[row] >= 0 for row in effect.rows)


def _busy(floor: Floor, demand: Demand, node: int) -> int:
    """GPUs that the hold keeps busy on its node: the last of those in use there."""
    gpus, used = floor.gpus[node], floor.units.values[node]
    return min(gpus, used) - min(gpus, max(0, used - demand.units))
