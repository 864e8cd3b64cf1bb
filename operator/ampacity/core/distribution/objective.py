"""What is better: first served demand, then latency, then power; liking and movement break ties.

Served demand counts in GPUs: what the requests take of the pool's first variant. So under shortage pools of
one priority compete by need, and a large model is not starved for a small one. Latency is weighed by
requests/s. Later aims weigh so little (a kilowatt as much as one request per second and microsecond) that
they decide between equals only.
"""

from __future__ import annotations

import numpy as np

from ampacity.core.distribution.block import Block
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.program import Program
from ampacity.core.distribution.solver import Floats

_PER_KW = 1e-3
_LIKING = 1e-5
_MOVE = 1e-6
_MW_IN_KW = 1e6
KEPT = -_MOVE
"""What a replica costs that serves already."""


def served(program: Program, priority: int) -> Floats:
    """Costs that are least where the pools of this priority are served most."""
    cost = np.zeros(program.width)
    for block, span in zip(program.blocks, program.spans, strict=True):
        if block.pool.priority == priority:
            cost[span.flows] = -block.value
    return cost


def friction(program: Program) -> Floats:
    """What starting takes from serving; a replica that serves already is worth as much, so that no other pool
    takes its place for little."""
    cost = np.zeros(program.width)
    for block, span in zip(program.blocks, program.spans, strict=True):
        moving = block.value * block.option_start * block.option_rate
        cost[span.starts], cost[span.kept] = moving, -moving
    return cost


def strength(program: Program, priority: int) -> Floats:
    """Costs that are least where pools of this priority that run already keep most replicas."""
    cost = np.zeros(program.width)
    for block, span in zip(program.blocks, program.spans, strict=True):
        if block.pool.priority == priority and block.option_current.any():
            cost[span.starts] = cost[span.kept] = -block.value * block.option_rate
    return cost


def quality(program: Program, policy: Policy) -> Floats:
    """Costs of serving so much: latency, then the rest."""
    cost = np.zeros(program.width)
    for block, span in zip(program.blocks, program.spans, strict=True):
        cost[span.flows] = flow_costs(block)
        cost[span.starts] = start_costs(block, policy)
        cost[span.kept] = KEPT
    return cost


def flow_costs(block: Block) -> Floats:
    """Latency of each flow, weighed by requests."""
    cost: Floats = block.requests[block.flow_region] * block.flow_weight
    return cost


def start_costs(block: Block, policy: Policy) -> Floats:
    """A replica to be started: what it does not serve meanwhile, its power, how well it is liked."""
    mean = block.requests @ block.work / max(block.work.sum(), 1e-12)
    lost = block.option_start * block.option_rate * mean * policy.request_ms
    power = block.option_power / _MW_IN_KW * _PER_KW
    cost: Floats = lost + power + _LIKING * block.option_variant + _MOVE
    return cost
