"""No replica outside residency, and no region ever served from outside, whatever else is asked."""

import pytest

from ampacity.core.distribution import Policy, distribute
from tests.properties.distribution.laws import check_residency, check_room, check_rules, check_spread
from tests.properties.distribution.worlds import drawn

FLEETS, PART = 1000, 100
JOINTLY, ONE_BY_ONE = Policy(exact=10**6), Policy(exact=0, near=2)


@pytest.mark.parametrize("first", range(0, FLEETS, PART))
@pytest.mark.parametrize("policy", [JOINTLY, ONE_BY_ONE], ids=["jointly", "pool by pool"])
def test_residency_is_never_left(policy: Policy, first: int) -> None:
    """1,000 random fleets and pools in ten parts, decided in both ways there are."""
    for seed in range(first, first + PART):
        task = drawn(seed)
        found = distribute(task, policy)
        check_residency(task, found)
        check_room(task, found)
        check_rules(task, found)
        check_spread(task, found)
