"""How good a decision is, and how good any could be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ampacity.core.distribution.answer import Score
from ampacity.core.distribution.block import Block
from ampacity.core.distribution.relax import Relaxed
from ampacity.core.distribution.settled import Settled
from ampacity.core.distribution.solver import Floats


def score(settled: Iterable[Settled]) -> Score:
    """Of whole replicas."""
    return _score([(one.block, one.counts.astype(np.float64), one.flows) for one in settled])


def relaxed_score(blocks: Sequence[Block], relaxed: Relaxed) -> Score:
    """Of fractions."""
    return _score(list(zip(blocks, relaxed.counts, relaxed.flows, strict=True)))


def _score(parts: Sequence[tuple[Block, Floats, Floats]]) -> Score:
    served: dict[int, float] = {}
    requests, weighed, power = 0.0, 0.0, 0.0
    for block, counts, flows in parts:
        priority = block.pool.priority
        served[priority] = served.get(priority, 0.0) + block.value * float(flows.sum())
        if block.pool.replicas is None:
            each = flows * block.requests[block.flow_region]
            requests += float(each.sum())
            weighed += float(each @ block.flow_ms)
        power += float(counts @ block.option_power)
    ranked = tuple(sorted(served.items(), reverse=True))
    return Score(ranked, weighed / requests if requests else 0.0, round(power))
