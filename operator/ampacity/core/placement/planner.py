"""One planning cycle: a snapshot in, decisions out.

    read     nodes and rows as arrays, each distinct shape judged once
    held     waiters with a hold take their place, which is counted already
    levels   the rest by priority: greedy in order of age, then improved where rows left equals waiting
    explain  one sentence per shape that still waits

Nothing here looks at the order in which nodes, waiters or residents came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

import numpy as np

from ampacity.core.placement.columns import Columns, Ints, read_columns
from ampacity.core.placement.decide import decisions
from ampacity.core.placement.demand import Demand, read_demand
from ampacity.core.placement.explain import Explainer
from ampacity.core.placement.floor import Floor, read_floor
from ampacity.core.placement.greedy import Filled, Greedy, Run
from ampacity.core.placement.held import Kept, take_held
from ampacity.core.placement.improve import Level, improve
from ampacity.core.placement.match import Matcher
from ampacity.core.placement.policy import Policy
from ampacity.core.placement.rules import RuleBook
from ampacity.core.plan import Plan
from ampacity.core.snapshot import Resident, Shape, Snapshot, Waiter

_DEFAULT = Policy()


def plan(snapshot: Snapshot, policy: Policy = _DEFAULT) -> Plan:
    """Decide who may start where. Pure; equal snapshots give equal plans whatever their order."""
    waiters = sorted(snapshot.waiters, key=_turn)
    if not waiters:
        return Plan((), ())
    shared = any(view.rows.shares for view in snapshot.sites.values())
    shapes = _shapes(waiters, snapshot.residents, shared)
    columns = read_columns(snapshot, shapes.values())
    matcher = Matcher(snapshot, columns)
    demands = _demands(shapes, columns, matcher)
    floor = read_floor(snapshot, columns)
    rules = RuleBook(columns, matcher, snapshot.residents, dict.fromkeys(demands.values()))
    kept = take_held(floor, rules, waiters, demands)
    levels = _levels(waiters, kept, demands)
    greedy = Greedy(floor, rules, _pressure(floor, levels))
    filled = _fill(greedy, levels, policy)
    explainer = Explainer(snapshot, floor, matcher, rules)
    return decisions(snapshot, floor, kept, filled, explainer)


def _turn(waiter: Waiter) -> tuple[int, bool, int, str]:
    return -waiter.priority, waiter.batch, waiter.since, waiter.uid


def _shapes(
    waiters: Iterable[Waiter], residents: Iterable[Resident], shared: bool
) -> dict[int, Shape]:
    """By identity (most pods share one object) each waiter's shape; equal shapes become the same object.

    Only rules between pods look at namespaces and labels, and only shares of sites (`shared`) at classes of
    work: without any, pods that differ in them are equal.
    """
    own = {id(waiter.shape): waiter.shape for waiter in waiters}
    ruled = any(shape.rules or shape.spread for shape in own.values()) or any(one.rules for one in residents)
    first: dict[Shape, Shape] = {}
    ignored: dict[str, Any] = {} if ruled else {"namespace": "", "labels": ()}
    ignored |= {} if shared else {"workload": None}
    shapes = {key: replace(shape, **ignored) for key, shape in own.items()}
    return {key: first.setdefault(shape, shape) for key, shape in shapes.items()}


def _demands(shapes: Mapping[int, Shape], columns: Columns, matcher: Matcher) -> dict[int, Demand]:
    """By identity of a waiter's shape; equal shapes share a demand, numbered in order of first waiters."""
    made: dict[int, Demand] = {}
    for shape in shapes.values():
        if id(shape) not in made:
            made[id(shape)] = read_demand(shape, len(made), columns, matcher)
    return {key: made[id(shape)] for key, shape in shapes.items()}


def _levels(
    waiters: Sequence[Waiter], kept: Iterable[Kept], demands: Mapping[int, Demand]
) -> list[list[Run]]:
    """Everybody without a place, in runs of equal neighbours, by priority; batch after the others."""
    happy = {id(one.waiter) for one in kept}
    waiting = [waiter for waiter in waiters if id(waiter) not in happy] if happy else waiters
    return [
        [Run(demand, list(run)) for demand, run in groupby(level, lambda waiter: demands[id(waiter.shape)])]
        for _, level in groupby(waiting, attrgetter("priority", "batch"))
    ]


def _pressure(floor: Floor, levels: Iterable[list[Run]]) -> Ints:
    """How sought-after each node is, in quarters: the sum of what part of their free nodes shapes need."""
    counts: dict[Demand, int] = {}
    for run in chain.from_iterable(levels):
        counts[run.demand] = counts.get(run.demand, 0) + len(run.waiters)
    pressure = np.zeros(len(floor.columns.views))
    if len(counts) > 1:
        for demand, count in counts.items():
            free = int(np.maximum(floor.free.array()[demand.may, demand.main], 0).sum())
            pressure[demand.may] += min(1.0, count * demand.main_amount / max(1, free))
    return (4 * pressure).astype(np.int64)


def _fill(greedy: Greedy, levels: Iterable[Sequence[Run]], policy: Policy) -> list[Filled]:
    """Places for one priority level after the other."""
    done: list[Level] = []
    for runs in levels:
        done.append(Level(len(greedy.floor.history), greedy.place(runs)))
        if not all(one.complete for one in done[-1].filled):
            done = improve(greedy, done, policy)
    return [one for level in done for one in level.filled]
