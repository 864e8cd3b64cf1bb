"""Pools that are to survive the loss of any one site: what is left takes over all they serve."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ampacity.core.distribution import Decision, Policy, decide
from ampacity.core.distribution.model import Spread
from ampacity.core.distribution.settled import Settled, capacity
from tests.properties.distribution.oracle import cheapest
from tests.properties.distribution.worlds import drawn


@pytest.mark.parametrize("exact", [10**6, 0])
def test_the_loss_of_any_site_is_borne(exact: int) -> None:
    """200 random questions, solved jointly and pool by pool."""
    served = 0
    for seed in range(200):
        task = drawn(seed)
        pools = tuple([replace(pool, spread=Spread(survive=True)) for pool in task.pools])
        decision = decide(replace(task, pools=pools), Policy(exact=exact))
        for one in decision.settled:
            if one.block.pool.demand:
                served += one.gpus > 0
                _survives(decision, one, seed)
    assert served > 50


def _survives(decision: Decision, one: Settled, seed: int) -> None:
    block = one.block
    amounts = {str(region): float(work) for region, work in enumerate(one.served)}
    able = capacity(block, one.counts, 0.0)
    costs = {
        (str(region), f"at {point}"): 1.0
        for region, point in zip(block.flow_region.tolist(), block.flow_point.tolist(), strict=True)
    }
    for lost in range(len(block.site)):
        left = {f"at {point}": float(work) for point, work in enumerate(able) if point != lost}
        pairs = {key: cost for key, cost in costs.items() if key[1] in left}
        assert cheapest(amounts, left, pairs)[0] >= sum(amounts.values()) - 1e-5, seed
