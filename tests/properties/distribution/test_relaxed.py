"""The relaxation is small, and still the relaxation: nothing that binds is left out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ampacity.core.distribution import Policy, decide, report
from ampacity.core.distribution.block import Block
from ampacity.core.distribution.caps import caps_of
from ampacity.core.distribution.fleet import read_fleet
from ampacity.core.distribution.model import Rtt, Task
from ampacity.core.distribution.objective import quality, served
from ampacity.core.distribution.program import pose
from ampacity.core.distribution.relax import relax, worths
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.solver import Floats, Session
from ampacity.core.distribution.survival import first_losses
from tests.builders.distribution import Size, demand, pool, site, world
from tests.properties.distribution.worlds import drawn

ALL = 10**6
SHORT = Size(24, 12, 6, load=0.7)


def test_rows_that_are_left_out_never_bind() -> None:
    """Random counts fit the room if and only if they fit the rows that are left."""
    for seed in range(100):
        task, pick = drawn(seed), np.random.default_rng(seed)
        room = read_fleet(task, Policy()).room
        caps, berths = caps_of(room), np.arange(len(room.slots))
        berth, row, coef = caps.entries(berths)
        for _ in range(20):
            counts = pick.integers(0, 7, len(berths))
            used = np.bincount(row, coef * counts[berth], len(caps.most))
            assert bool((used <= caps.most * (1 + 1e-9)).all()) == room.fits(counts), seed


def test_lanes_are_worth_as_much_as_the_program_they_stand_for() -> None:
    """Served demand by priority, with and without spread and replicas that run."""
    policy = Policy()
    for seed in range(60):
        task = drawn(seed)
        if seed % 2:
            task = replace(task, current=report(decide(task)).replicas)
        fleet = read_fleet(task, policy)
        blocks = [fleet.block(one.block.pool, ALL) for one in decide(task).settled]
        if sum(len(block.flow_point) for block in blocks):
            ours, theirs = relax(blocks, fleet.room, policy).flows, _posed(blocks, fleet.room, policy)
            for priority in worths(blocks):
                assert _gpus(blocks, ours, priority) == pytest.approx(
                    _gpus(blocks, theirs, priority), abs=1e-3
                ), seed


def _posed(blocks: Sequence[Block], room: Room, policy: Policy) -> list[Floats]:
    """Flows of the optimum over the program with all its rows and columns."""
    losses = [loss for block in blocks for loss in first_losses(block)]
    program = pose(blocks, room, policy.band, losses)
    cost = quality(program, policy)
    for priority, gpu in worths(blocks).items():
        cost = cost + gpu * served(program, priority)
    answer = Session(program.model, relaxed=True).minimise(cost / np.abs(cost).max() * 1e3)
    assert answer is not None
    return [answer.x[span.flows] for span in program.spans]


def _gpus(blocks: Sequence[Block], flows: Sequence[Floats], priority: int) -> float:
    pairs = zip(blocks, flows, strict=True)
    return sum(block.value * float(one.sum()) for block, one in pairs if block.pool.priority == priority)


def test_an_outline_offers_what_is_needed_where_power_is_short() -> None:
    """The bound over the sites offered is that over all sites, but for a hundredth; and is nearly served."""
    task = world(SHORT)
    offered, everywhere = report(decide(task)), report(decide(task, Policy(near=ALL)))
    assert offered.unserved
    assert offered.bound.gpus > 0.99 * everywhere.bound.gpus
    for mine, all_ in zip(offered.score.served, offered.bound.served, strict=True):
        assert mine[1] > 0.98 * all_[1]


def test_pools_take_room_that_is_left_at_sites_they_were_not_offered() -> None:
    """Nobody is short while a site that may serve them has room for a replica that would be used fully."""
    decision = decide(world(SHORT), Policy(near=2, near_if_short=1))
    left = decision.room.less(decision.counts)
    for one in decision.settled:
        berths, judged = decision.fleet.berths(one.block.pool), decision.fleet.judged(one.block.pool)
        for region in np.flatnonzero(one.unserved > one.block.option_rate.max()).tolist():
            variant, site = np.nonzero(judged.variants & judged.pairs[region])
            for berth in berths[variant, site].tolist():
                assert left.short(berth) is not None or left.slots[berth] <= 0


def test_nobody_is_offered_anything_where_no_site_may_serve() -> None:
    """The one region with demand is out of reach; the other, which reaches every site, asks for nothing."""
    sites = tuple([site(f"s{number:02}") for number in range(12)])
    asked = pool("p", demand("far", 1.0), demand("near", 0.0), max_rtt_ms=50.0)
    latency = {
        (region, one.name): Rtt(ms, True) for one in sites for region, ms in (("far", 90), ("near", 5))
    }
    found = report(decide(Task(sites, (asked,), latency), Policy(exact=0)))
    assert not found.replicas
    assert [(one.region, one.part) for one in found.unserved] == [("far", 1.0)]
