"""Distribute, then place: nothing waits."""

import pytest

from ampacity.core.distribution import distribute
from ampacity.core.placement import plan
from tests.properties.distribution.halls import drawn
from tests.properties.distribution.laws import check_room

FLEETS, PART = 1000, 100


@pytest.mark.parametrize("first", range(0, FLEETS, PART))
def test_a_distribution_is_placeable(first: int) -> None:
    """1,000 random fleets of halls with redundant supplies and servers in use, in ten parts."""
    for seed in range(first, first + PART):
        hall = drawn(seed)
        found = distribute(hall.task, judge=hall.judge)
        check_room(hall.task, found)
        decided = plan(hall.waiting(found.replicas))
        assert [refusal.sentence for refusal in decided.refusals] == [], seed
