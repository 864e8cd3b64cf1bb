"""What stays if nothing moves without need, and whether something else is worth the moves.

Keeping means: every replica that still fits stays, pools that are short start what they lack in the room that
is left, and what is idle stops. Another decision must beat that by a stated part, after what starting its
replicas costs: first in served demand, priority by priority, then in latency.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ampacity.core.distribution.block import Block
from ampacity.core.distribution.lean import lean
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
        one = assign(blocks[index], kept[index], policy.band)
        found[index] = lean(retake(one, room, stock, policy), policy)
    return [found[index] for index in range(len(blocks))]


def better(new: Sequence[Settled], kept: Sequence[Settled], policy: Policy) -> bool:
    """Is the new decision worth its moves? It must be without using a replica beyond its target, but for what
    pools are served that are really short."""
    strict = [assign(one.block, one.counts, 0.0) for one in new]
    counted = [_counted(one, old, policy) for one, old in zip(strict, kept, strict=True)]
    for priority in sorted({one.block.pool.priority for one in kept}, reverse=True):
        ours, theirs = (
            [one for one in side if one.block.pool.priority == priority] for side in (kept, counted)
        )
        least = policy.regain * sum(one.block.value * float(one.block.work.sum()) for one in ours)
        gain = sum(one.gpus for one in theirs) - sum(one.gpus for one in ours)
        if gain < -least:
            return False
        if gain - sum(map(_lost, theirs)) + sum(map(_lost, ours)) > least:
            return True
    before = sum(_cost(one, policy) for one in kept)
    return sum(_cost(one, policy) for one in strict) < before * (1 - policy.gain)


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


def _cost(one: Settled, policy: Policy) -> float:
    """Weighed latency, and what starting costs in it."""
    block = one.block
    mean = float(block.requests @ block.work) / max(float(block.work.sum()), 1e-12)
    latency = float(one.flows @ (block.requests[block.flow_region] * block.flow_weight))
    return latency + _starting(one) * mean * policy.request_ms


def _starting(one: Settled) -> float:
    """Work that is lost while replicas start."""
    block = one.block
    started = np.maximum(one.counts - block.option_current, 0)
    return float(started @ (block.option_start * block.option_rate))
