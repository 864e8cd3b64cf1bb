"""What stays if nothing moves without need, and whether something else is worth the moves.

Keeping means: every replica that still fits stays, pools that are short start what they lack in the room that
is left, and what is idle stops. Only a pool whose spread is broken by what does not fit any more is spread
anew. Another decision must beat that by a stated part, after what starting its
replicas costs: first in served demand, priority by priority, then in latency.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ampacity.core.distribution.block import Block, Floats, Ints
from ampacity.core.distribution.lean import lawful, lean
from ampacity.core.distribution.objective import flow_costs
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.settle import fitting, in_order, retake
from ampacity.core.distribution.settled import Settled, assign
from ampacity.core.distribution.stock import Stock


def keep(blocks: Sequence[Block], room: Room, policy: Policy) -> list[Settled]:
    """The blocks with what they have, and what they lack."""
    stock = Stock(room)
    kept = {index: fitting(blocks[index], blocks[index].option_current, stock) for index in in_order(blocks)}
    found: dict[int, Settled] = {}
    for index in in_order(blocks):
        one = _standing(blocks[index], kept[index], stock, policy)
        found[index] = lean(retake(one, room, stock, policy), policy)
    return [found[index] for index in range(len(blocks))]


def _standing(block: Block, counts: Ints, stock: Stock, policy: Policy) -> Settled:
    """What is left of a pool, with its flows; nothing where its spread is broken, so that it is made anew."""
    one = assign(block, counts, policy.band)
    if lawful(one, counts, policy):
        return one
    stock.put_all(block.option_berth, -counts)
    return assign(block, np.zeros_like(counts), policy.band)


def promising(
    blocks: Sequence[Block], flows: Sequence[Floats], kept: Sequence[Settled], policy: Policy
) -> bool:
    """May a decision be worth its moves, if these flows are the best that fractions of replicas do?"""
    for priority in {block.pool.priority for block in blocks}:
        ours = [one for one in kept if one.block.pool.priority == priority]
        most = sum(
            block.value * float(one.sum())
            for block, one in zip(blocks, flows, strict=True)
            if block.pool.priority == priority
        )
        if most - sum(one.gpus for one in ours) + sum(map(_lost, ours)) > _least(ours, policy):
            return True
    latency = sum(float(one @ flow_costs(block)) for block, one in zip(blocks, flows, strict=True))
    return latency < sum(cost(one, policy) for one in kept) * (1 - policy.gain)


def better(new: Sequence[Settled], kept: Sequence[Settled], policy: Policy) -> bool:
    """Is the new decision worth its moves? It must be without using a replica beyond its target, but for what
    pools are served that are really short."""
    strict = [assign(one.block, one.counts, 0.0) for one in new]
    counted = [_counted(one, old, policy) for one, old in zip(strict, kept, strict=True)]
    for priority in sorted({one.block.pool.priority for one in kept}, reverse=True):
        ours, theirs = (
            [one for one in side if one.block.pool.priority == priority] for side in (kept, counted)
        )
        least = _least(ours, policy)
        gain = sum(one.gpus for one in theirs) - sum(one.gpus for one in ours)
        if gain < -least:
            return False
        if gain - sum(map(_lost, theirs)) + sum(map(_lost, ours)) > least:
            return True
    before = sum(cost(one, policy) for one in kept)
    return sum(cost(one, policy) for one in strict) < before * (1 - policy.gain)


def _least(ours: Sequence[Settled], policy: Policy) -> float:
    """GPUs' worth of demand that has to be gained."""
    return policy.regain * sum(one.block.value * float(one.block.work.sum()) for one in ours)


def _counted(new: Settled, kept: Settled, policy: Policy) -> Settled:
    """The new decision for a pool as its served demand is compared. If the pool lacks more than a replica and
    would get more of them, those that run count as they do in what is kept: else it would have to gain a
    whole `band` before it gained anything, and from some 20 replicas on that is more than one."""
    lacks = kept.unserved.sum() > kept.block.option_rate.max(initial=0.0)
    grows = _work(new) > _work(kept)
    return assign(new.block, new.counts, policy.band) if lacks and grows else new


def _work(one: Settled) -> float:
    return float(one.counts @ one.block.option_rate)


def _lost(one: Settled) -> float:
    """GPUs' worth that is not served while replicas start."""
    return one.block.value * _starting(one)


def cost(one: Settled, policy: Policy) -> float:
    """Weighed latency, and what starting costs in it."""
    block = one.block
    mean = float(block.requests @ block.work) / max(float(block.work.sum()), 1e-12)
    latency = float(one.flows @ flow_costs(block))
    return latency + _starting(one) * mean * policy.request_ms


def _starting(one: Settled) -> float:
    """Work that is lost while replicas start."""
    block = one.block
    started = np.maximum(one.counts - block.option_current, 0)
    return float(started @ (block.option_start * block.option_rate))
