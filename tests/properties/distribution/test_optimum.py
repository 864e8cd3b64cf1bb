"""On small questions the answer is exactly the best there is."""

import pytest

from ampacity.core.distribution import decide, report
from tests.properties.distribution.oracle import best
from tests.properties.distribution.worlds import Size, drawn

SMALL = Size(sites=3, pools=2, regions=2, slots=3, spread=False)


@pytest.mark.parametrize("seed", range(120))
def test_brute_force_finds_nothing_better(seed: int) -> None:
    task = drawn(seed, SMALL)
    decision = decide(task)
    good = [pool for pool in task.pools if pool.name not in decision.problems]
    if not good:
        return
    served, ms = best(type(task)(task.sites, tuple(good), task.latency))
    score = report(decision).score
    assert [gpus for _, gpus in score.served] == pytest.approx(served, abs=1e-5)
    weighed = sum(
        float(one.flows @ (one.block.requests[one.block.flow_region] * one.block.flow_weight))
        for one in decision.settled
    )
    assert weighed == pytest.approx(ms, rel=1e-5, abs=1e-4)
