"""What a decision comes to, region by region and site by site."""

import pytest

from ampacity.core.distribution import decide, report
from ampacity.core.distribution.model import Rtt, Task
from ampacity.core.distribution.outcome import Flow, PoolOutcome, outcomes, weighted
from tests.builders.distribution import demand, near, pool, site

NEAR = near(r1={"s1": 5, "s2": 50}, r2={"s1": 9, "s2": 1})


def outcome(task: Task) -> PoolOutcome:
    decision = decide(task)
    [found] = outcomes(decision, report(decision))
    return found


def test_served_and_unserved_by_region_and_where() -> None:
    asked = pool("p", demand("r1", 3), demand("r2", 1))
    found = outcome(Task((site("s1", 2), site("s2", 1)), (asked,), NEAR))
    first, second = found.regions
    assert sum(region.served for region in found.regions) == pytest.approx(3)
    assert first.served + (first.unserved.amount if first.unserved else 0) == pytest.approx(3)
    assert [flow.rtt for flow in second.flows] == [Rtt(1, measured=True)]
    assert (dict(found.replicas), dict(found.power)) == ({"s1": 2, "s2": 1}, {"s1": 2 * 10**6, "s2": 10**6})
    assert found.short


def test_plain_replicas_that_find_no_place() -> None:
    found = outcome(Task((site("s1", 2),), (pool("p", replicas=3),)))
    assert found.unserved is not None and found.unserved.amount == pytest.approx(1)
    assert found.regions == () and found.short


@pytest.mark.parametrize(("part", "ms"), [(0.5, 5), (0.74, 5), (0.76, 50), (1.0, 50)])
def test_round_trips_are_weighed_by_requests(part: float, ms: float) -> None:
    flows = [Flow("s2", 1, Rtt(50)), Flow("s1", 3, Rtt(5)), Flow("s3", 0, Rtt(500))]
    assert weighted(flows, part) == Rtt(ms)


def test_nothing_served_has_no_round_trip() -> None:
    assert weighted([], 0.5) is None
