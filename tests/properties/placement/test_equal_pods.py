"""Equal pods: exactly the maximum that any planner could grant (design, invariant 4)."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings

from ampacity.core.placement import plan
from ampacity.core.snapshot import Snapshot
from tests.properties.placement.halls import equal_pods
from tests.properties.placement.oracle import best


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(equal_pods())
def test_burst_of_equal_pods_gets_exactly_the_maximum(snapshot: Snapshot) -> None:
    decided = plan(snapshot)
    most = best(snapshot, decided.grants)
    assume(most.exact)
    asked = max(1, snapshot.waiters[0].shape.gpu_units)
    assert len(decided.grants) * asked == most.gpus[0]
