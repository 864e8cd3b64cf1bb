"""The ledger always fits into its ConfigMap, whatever legal names there are in it."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.cluster.holds import FULL, LARGEST
from ampacity.core.ledger import MAX_ENTRIES, Ledger, announce, take_over
from ampacity.core.load import Load
from ampacity.core.plan import Grant
from ampacity.core.snapshot import Resources, Shape, Waiter
from ampacity.translate.ledger.codec import decode_ledger, encode_ledger

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
LONGEST_NAME, LONGEST_NAMESPACE, LONGEST_RESOURCE = 253, 63, 63 + 1 + 63
MOST_ROOM = 2_000
"""Bytes that one entry takes at most, if every name in it is its own and as long as Kubernetes allows."""

SEEDS = st.integers(0, 2**32)


class Longest:
    """Names as long as they may be, no two alike."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def text(self, length: int) -> str:
        return "".join(self._random.choices(LETTERS, k=length))

    def namespaced(self) -> str:
        return f"{self.text(LONGEST_NAMESPACE)}/{self.text(LONGEST_NAME)}"

    def grant(self) -> Grant:
        requests = Resources(10**6, 2**53, 2**53, 1, ((self.text(LONGEST_RESOURCE), 10**4),))
        waiter = Waiter(
            uid=self.text(36),
            name=self.namespaced(),
            shape=Shape("default", requests, 10**4),
            controller=f"StatefulSet/{self.namespaced()}",
            resource_version=str(2**63 - 1),
        )
        load = Load(10**9, 10**9, 10**9)
        names = (self.text(LONGEST_NAME) for _ in range(4))
        return Grant(waiter, *names, load, 10**9)


@settings(max_examples=5, deadline=None)
@given(SEEDS)
def test_an_entry_has_a_bound_whatever_its_names(seed: int) -> None:
    longest = Longest(seed)
    grants = [longest.grant() for _ in range(40)]
    ledger = announce(Ledger(2**31, 2**31, longest.text(LONGEST_NAME)), grants, 2**31).ledger
    assert decode_ledger(encode_ledger(ledger)) == ledger
    assert len(encode_ledger(ledger)) < 1_000 + MOST_ROOM * len(grants)
    assert LARGEST // MOST_ROOM >= 500


def cluster_entry(seed: int, number: int) -> Grant:
    """Names of the longest kind that clusters have: 300 controllers, 1,000 nodes, 250 racks, 4 sites."""
    pod = Longest(seed + number)
    set_of = Longest(number % 300)
    namespace, controller = set_of.text(40), set_of.text(63)
    requests = Resources(96_000, 2**40, 0, 1, (("nvidia.com/gpu", 1 + number % 8), ("rdma/hca", 8)))
    waiter = Waiter(
        uid=pod.text(36),
        name=f"{namespace}/{controller}-{pod.text(10)}-{pod.text(5)}",
        shape=Shape("default", requests, 1 + number % 8),
        controller=f"ReplicaSet/{namespace}/{controller}-{set_of.text(10)}",
        resource_version=str(10**12 + number),
    )
    node, rack, site = Longest(number % 1_000), Longest(number % 250), Longest(number % 4)
    load = Load(700_000 * (1 + number % 8), 700_000, 10**6 + number % 97)
    return Grant(waiter, node.text(63), site.text(40), rack.text(40), "hgx-h200-liquid", load, 12)


@settings(max_examples=5, deadline=None)
@given(SEEDS)
def test_as_many_entries_as_a_ledger_takes_fit_with_long_names(seed: int) -> None:
    grants = [cluster_entry(seed, number) for number in range(MAX_ENTRIES)]
    ledger = announce(Ledger(9, 999, "ampacity-7c9d8b6f5-abcde_0123abcd"), grants, 10**6).ledger
    assert len(ledger.fence) == MAX_ENTRIES
    assert len(encode_ledger(ledger)) < LARGEST


@given(SEEDS)
def test_a_new_leader_adds_no_more_than_its_name(seed: int) -> None:
    longest = Longest(seed)
    ledger = announce(Ledger(9, 9, ""), [longest.grant()], 9).ledger
    taken = take_over(ledger, longest.text(LONGEST_NAME))
    more = len(encode_ledger(taken)) - len(encode_ledger(ledger))
    assert more <= LONGEST_NAME + 2
    assert LARGEST + 100 * more < FULL
