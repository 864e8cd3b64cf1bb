"""All states of small instances: two leaders, late grants, lost answers, restarts, stale caches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.properties.ledger.instance import Instance
from tests.properties.ledger.instances import EVERYTHING, PLAIN, SOUND
from tests.properties.ledger.key import key_of
from tests.properties.ledger.office import begins, takes_over
from tests.properties.ledger.rules import Rule
from tests.properties.ledger.search import Search


@pytest.mark.parametrize("instance", SOUND.values(), ids=SOUND.keys())
def test_no_state_breaks_an_invariant(instance: Instance) -> None:
    search = Search(instance, EVERYTHING)
    found = search.run()
    print(f"{len(search.keys)} states")
    assert found is None, f"\n{found}"
    assert len(search.keys) > 1_000


def test_without_the_lease_two_leaders_can_only_keep_each_other_from_work() -> None:
    """That nobody asks the lease breaks nothing above. It is what makes one of them get somewhere."""
    begun = takes_over(PLAIN.world(), 0)[1]
    again = takes_over(takes_over(begun, 1)[1], 0)[1]
    assert key_of(PLAIN, again) == key_of(PLAIN, takes_over(takes_over(again, 1)[1], 0)[1])
    with_lease = replace(PLAIN, without=frozenset())
    assert list(begins(with_lease, begun, 1)) == []
    assert list(begins(PLAIN, begun, 1)) != []
    assert Rule.GUARD not in with_lease.without
