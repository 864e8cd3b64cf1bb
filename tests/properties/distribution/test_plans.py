"""Plans of whole replicas: each does what it says, none better is left out, all of them keep to the room."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter

import numpy as np
import pytest

from ampacity.core.distribution import Policy, decide, report
from ampacity.core.distribution.block import Block
from ampacity.core.distribution.fleet import read_fleet
from ampacity.core.distribution.lanes import Lanes, columns_of
from ampacity.core.distribution.objective import flow_costs, start_costs
from ampacity.core.distribution.planned import planned
from ampacity.core.distribution.plans import plans_of
from ampacity.core.distribution.relax import Relaxed, relax
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.solver import Floats
from tests.builders.distribution import Size, world

FEW = Policy(near=4)  # so few sites that no plan is left out where all room is worth something


def _read(size: Size, policy: Policy) -> tuple[list[Block], Room]:
    task = world(size)
    fleet = read_fleet(task, policy)
    return [fleet.block(pool, policy.near) for pool in sorted(task.pools, key=attrgetter("name"))], fleet.room


def _lanes(block: Block) -> Lanes:
    lanes = columns_of(block, 0, ())
    assert isinstance(lanes, Lanes)
    return lanes


@pytest.mark.parametrize("seed", range(5))
def test_a_plan_serves_its_region_with_whole_replicas(seed: int) -> None:
    blocks, room = _read(Size(20, 10, 6, load=0.15, seed=seed), Policy())
    price = np.random.default_rng(seed).choice([0.0, 1.0, 50.0], len(room.slots))
    for block in blocks:
        plans = plans_of(_lanes(block), price, Policy())
        assert set(plans.region.tolist()) == set(np.flatnonzero(block.work).tolist())
        assert np.allclose(plans.work.sum(axis=1), block.work[plans.region])
        assert (plans.replicas == np.round(plans.replicas)).all()
        assert (plans.work <= plans.replicas * block.option_rate[plans.option] * (1 + 1e-8) + 1e-8).all()
        assert (block.flow_region[plans.flow] == plans.region[:, None]).all()
        assert (block.flow_point[plans.flow] == block.option_point[plans.option]).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_best_plan_is_among_them(seed: int) -> None:
    """At any prices, against all pairs of options."""
    blocks, room = _read(Size(20, 10, 6, load=0.05, seed=seed), FEW)
    price = np.random.default_rng(seed).uniform(1.0, 100.0, len(room.slots))
    for block in blocks[:3]:
        plans = plans_of(_lanes(block), price, FEW)
        paid = (plans.replicas * price[block.option_berth[plans.option]]).sum(axis=1) + plans.cost
        for region in np.flatnonzero(block.work).tolist():
            least = float(paid[plans.region == region].min())
            assert least == pytest.approx(_least(block, region, price), rel=1e-9)


def _least(block: Block, region: int, price: Floats) -> float:
    """The least that serving the region costs: as many of one option as are full, the rest of another."""
    lanes, work = _lanes(block), float(block.work[region])
    mine = np.flatnonzero(block.flow_region[lanes.flow] == region)
    latency, rate = flow_costs(block)[lanes.flow[mine]], block.option_rate[lanes.option[mine]]
    room = (start_costs(block, FEW) + price[block.option_berth])[lanes.option[mine]]
    found = []
    for one in range(len(mine)):
        full = int(work / rate[one] + 1e-9)
        rest = max(0.0, work - full * rate[one])
        for two in range(len(mine)):
            last = int(np.ceil(rest / rate[two] - 1e-9))
            rooms = full * room[one] + last * room[two]
            found.append(rooms + (work - rest) * latency[one] + rest * latency[two])
    return float(min(found))


@pytest.mark.parametrize("seed", range(3))
def test_plans_keep_to_the_room_and_few_are_picked_in_part(seed: int) -> None:
    size, policy = Size(60, 30, 10, load=0.15, seed=seed), Policy()
    blocks, room = _read(size, policy)
    relaxed = relax(blocks, room, policy)
    found = planned(blocks, room, relaxed, policy)
    berths = np.zeros(len(room.slots))
    for block, counts in zip(blocks, found.counts, strict=True):
        np.add.at(berths, block.option_berth, counts)
    used = np.bincount(room.limit, room.coef * berths[room.berth], len(room.left))
    assert (used <= room.left * (1 + 1e-9)).all() and (berths <= room.slots * (1 + 1e-9)).all()
    for block, flows in zip(blocks, found.flows, strict=True):
        served = np.bincount(block.flow_region, flows, len(block.work))
        assert served == pytest.approx(block.work, rel=1e-6)
    broken = sum(int((np.abs(counts - np.round(counts)) > 1e-6).sum()) for counts in found.counts)
    tight = int((used > room.left * (1 - 1e-9)).sum() + (berths > room.slots * (1 - 1e-9)).sum())
    assert found is not relaxed and broken <= 4 * tight
    assert _latency(blocks, found) >= _latency(blocks, relaxed) * (1 - 1e-6)


def _latency(blocks: list[Block], one: Relaxed) -> float:
    return sum(float(flows @ flow_costs(block)) for block, flows in zip(blocks, one.flows, strict=True))


@pytest.mark.parametrize("seed", range(1, 4))
def test_where_there_is_plenty_latency_is_close_to_the_bound(seed: int) -> None:
    """Everything is served, and no more than 1 % later than by fractions of replicas."""
    found = report(decide(world(Size(60, 30, 10, load=0.15, seed=seed))))
    assert not found.unserved
    assert found.score.latency_ms < 1.01 * found.bound.latency_ms


def test_the_order_of_sites_and_pools_does_not_matter() -> None:
    task = world(Size(30, 15, 6, load=0.15))
    turned = replace(task, sites=task.sites[::-1], pools=task.pools[::-1])
    assert report(decide(turned)).replicas == report(decide(task)).replicas
