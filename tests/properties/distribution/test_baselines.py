"""No simple rule serves more than the optimiser, priority by priority."""

from dataclasses import replace

import pytest

from ampacity.core.distribution import Policy, decide, report
from ampacity.core.distribution.model import Task
from tests.builders import distribution as fleets
from tests.properties.distribution.baselines import BASELINES
from tests.properties.distribution.oracle import judge
from tests.properties.distribution.worlds import Size, drawn

ROOMY = Size(sites=5, pools=3, regions=3, slots=6, spread=False)


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_serves_no_more(name: str) -> None:
    """300 random questions, solved jointly."""
    for seed in range(300):
        ours, theirs = _both(name, drawn(seed, ROOMY), Policy())
        assert _no_less(ours, theirs), seed


@pytest.mark.parametrize("name", BASELINES)
def test_nor_where_pools_are_settled_one_by_one(name: str) -> None:
    """20 larger fleets, short of power. There the order of priorities holds in total, not to the last GPU."""
    for seed in range(20):
        task = fleets.world(fleets.Size(8, 6, 4, load=0.4, seed=seed))
        ours, theirs = _both(name, task, Policy(exact=0))
        assert sum(ours) >= sum(theirs), seed


def _both(name: str, task: Task, policy: Policy) -> tuple[list[float], list[float]]:
    """GPUs' worth served by priority, highest first: ours and the baseline's."""
    decision = decide(task, policy)
    task = replace(task, pools=tuple([pool for pool in task.pools if pool.name not in decision.problems]))
    counts = BASELINES[name](task)
    levels = sorted({pool.priority for pool in task.pools}, reverse=True)
    theirs = [sum(judge(task, p, counts)[0] for p in task.pools if p.priority == level) for level in levels]
    return [gpus for _, gpus in report(decision).score.served], theirs


def _no_less(ours: list[float], theirs: list[float]) -> bool:
    for mine, other in zip(ours, theirs, strict=True):
        if abs(mine - other) > 1e-5:
            return mine > other
    return True
