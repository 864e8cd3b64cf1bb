"""Mixed pods: at least 98 % of an integer program under the same priority order (design, invariant 4)."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings

from ampacity.core.placement import plan
from ampacity.core.snapshot import Snapshot
from tests.properties.placement.halls import demos, mixed_pods
from tests.properties.placement.oracle import best, worth


def check_every_priority(snapshot: Snapshot) -> None:
    """What each priority got, against the most it could get with all pods of higher ones as well placed."""
    grants = plan(snapshot).grants
    most = best(snapshot, grants)
    assume(most.exact)
    for priority, gpus in most.gpus.items():
        got = sum(worth(grant.waiter.shape) for grant in grants if grant.waiter.priority == priority)
        assert got >= 0.98 * gpus, (priority, got, gpus)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mixed_pods())
def test_burst_of_mixed_pods_on_random_halls(snapshot: Snapshot) -> None:
    check_every_priority(snapshot)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(demos())
def test_burst_of_mixed_pods_on_halls_like_the_demo(snapshot: Snapshot) -> None:
    check_every_priority(snapshot)
