"""What holds of every plan: limits kept, input in any order, priority respected, nothing left to grant."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import TypeVar

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ampacity.core.placement import plan
from ampacity.core.plan import Plan
from ampacity.core.snapshot import Snapshot
from tests.builders.fleet import after
from tests.properties.placement.halls import equal_pods, mixed_pods
from tests.properties.placement.oracle import worth

Item = TypeVar("Item")
ANY = equal_pods() | mixed_pods()
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(ANY)
def test_no_row_is_ever_over_and_no_node_overfull(snapshot: Snapshot) -> None:
    """From scratch: each node's draw at its new units, each site's rows at the new loads."""
    end = after(snapshot, plan(snapshot))
    for site, view in end.sites.items():
        loads = end.rack_loads(site)
        used = view.rows.usage(loads)
        grown = used > view.rows.usage(snapshot.rack_loads(site))
        assert np.all(used[grown] <= view.rows.capacity[grown])
    for node in end.nodes:
        assert node.draw is not None and node.load == node.draw.at(node.units)
        assert min(node.free.cpu_milli, node.free.memory, node.free.pods) >= 0
        assert all(left >= 0 for _, left in node.free.extended)


@FEW
@given(ANY, st.randoms(use_true_random=False))
def test_the_order_of_input_means_nothing(snapshot: Snapshot, dice: random.Random) -> None:
    shuffled = Snapshot(
        sites=dict(_shuffled(tuple(snapshot.sites.items()), dice)),
        nodes=_shuffled(snapshot.nodes, dice),
        waiters=_shuffled(snapshot.waiters, dice),
    )
    assert plan(shuffled) == plan(snapshot)


def _shuffled(items: tuple[Item, ...], dice: random.Random) -> tuple[Item, ...]:
    return tuple(dice.sample(items, len(items)))


@FEW
@given(ANY)
def test_everybody_is_granted_or_refused_once(snapshot: Snapshot) -> None:
    decided = plan(snapshot)
    answered = [grant.waiter.uid for grant in decided.grants] + [one.waiter.uid for one in decided.refusals]
    assert sorted(answered) == sorted(waiter.uid for waiter in snapshot.waiters)
    assert all(one.sentence and one.sites for one in decided.refusals)


@FEW
@given(mixed_pods())
def test_lower_priorities_change_nothing_for_higher_ones(snapshot: Snapshot) -> None:
    top = max(waiter.priority for waiter in snapshot.waiters)
    alone = replace(snapshot, waiters=tuple([one for one in snapshot.waiters if one.priority == top]))
    assert _served(plan(snapshot), top) == _served(plan(alone), top)


def _served(decided: Plan, priority: int) -> Counter[object]:
    return Counter(one.waiter.uid for one in decided.grants if one.waiter.priority == priority)


@FEW
@given(ANY)
def test_after_a_plan_there_is_nothing_left_to_grant(snapshot: Snapshot) -> None:
    assert not plan(after(snapshot, plan(snapshot))).grants


@FEW
@given(equal_pods(), st.integers(0, 20))
def test_more_capacity_never_serves_fewer(snapshot: Snapshot, kilowatts: int) -> None:
    views = {
        name: replace(view, rows=replace(view.rows, capacity=view.rows.capacity + kilowatts * 10**12))
        for name, view in snapshot.sites.items()
    }
    assert len(plan(replace(snapshot, sites=views)).grants) >= len(plan(snapshot).grants)


@FEW
@given(mixed_pods())
def test_without_one_of_the_refused_the_others_fare_no_worse(snapshot: Snapshot) -> None:
    decided = plan(snapshot)
    if decided.refusals:
        waiting = tuple([one for one in snapshot.waiters if one != decided.refusals[-1].waiter])
        total = sum(worth(grant.waiter.shape) for grant in plan(replace(snapshot, waiters=waiting)).grants)
        assert total >= 0.98 * sum(worth(grant.waiter.shape) for grant in decided.grants)
