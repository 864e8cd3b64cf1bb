"""How many replicas belong where."""

from __future__ import annotations

import pytest

from ampacity.controllers.pools.desired import (
    Reserved,
    Sites,
    Tally,
    due_holds,
    key_at,
    replicas,
    sites_of,
    tallies,
)
from ampacity.controllers.pools.reading import PoolScene
from ampacity.core.snapshot import Resources, Shape
from ampacity.translate.records import PodRecord
from tests.unit.controllers.pools.builders import pool_object

POOL = PoolScene(pool_object())
BOTH = Sites(("edge", "central"))


def pod(uid: str, *, gated: bool = False, leaving: bool = False, node: str = "n1") -> PodRecord:
    """A pod at the edge."""
    return PodRecord(
        uid, "ai", uid, "5", Shape("ai", Resources(), 1), 0, 0, key_at(POOL, "edge"), "" if gated else node,
        not gated, gated, False, 0, leaving, "Pending" if gated else "Running", pool="ai/chat",
    )  # fmt: skip


def counted(*pods: PodRecord, announced: tuple[str, ...] = (), **held: int) -> dict[str, Tally]:
    keys = {key_at(POOL, site): count for site, count in held.items()}
    return tallies(POOL, ("edge", "central"), pods, Reserved(frozenset(announced), keys), {"n1"})


def test_pods_with_a_place_and_holds_are_placed() -> None:
    waiting = pod("b", gated=True), pod("c", gated=True)
    counts = counted(pod("a"), *waiting, announced=("c",), central=2)
    assert counts["edge"] == Tally(running=2)
    assert counts["central"] == Tally(held=2)


def test_a_pod_that_leaves_an_answering_node_keeps_its_replica() -> None:
    counts = counted(pod("a", leaving=True), pod("b", leaving=True, node="dead"))
    assert counts["edge"] == Tally(leaving=1)
    assert replicas(5, BOTH, counts)["edge"] == 1


def test_a_waiting_pod_without_a_hold_gets_no_replica() -> None:
    assert replicas(5, BOTH, counted(pod("a", gated=True))) == {"edge": 0, "central": 0}


@pytest.mark.parametrize(
    ("total", "expected"),
    [(6, {"edge": 3, "central": 3}), (4, {"edge": 3, "central": 1}), (2, {"edge": 2, "central": 0})],
)
def test_too_many_leave_the_least_preferred_site_first(total: int, expected: dict[str, int]) -> None:
    counts = {"edge": Tally(running=3), "central": Tally(running=2, held=1)}
    assert replicas(total, BOTH, counts) == expected


def test_pods_on_their_way_out_make_room_for_none_that_stay() -> None:
    counts = {"edge": Tally(running=1, leaving=3), "central": Tally(running=2)}
    assert replicas(3, BOTH, counts) == {"edge": 1, "central": 2}
    assert replicas(4, BOTH, counts) == {"edge": 2, "central": 2}


def test_holds_beyond_what_is_wanted_are_not_due() -> None:
    counts = {"edge": Tally(running=1, held=2), "central": Tally(held=2)}
    assert due_holds(5, BOTH, counts) == {"edge": 2, "central": 2}
    assert due_holds(4, BOTH, counts) == {"edge": 2, "central": 1}
    assert due_holds(0, BOTH, counts) == {"edge": 0, "central": 0}


def test_a_site_the_pool_no_longer_wants_is_left() -> None:
    sites = sites_of(("edge",), {"edge", "central"}, ["central", "edge"])
    assert sites == Sites(("edge",), ("central",))
    counts = {"edge": Tally(running=1), "central": Tally(running=4)}
    assert replicas(9, sites, counts) == {"edge": 1, "central": 0}


def test_a_site_whose_envelope_is_gone_keeps_what_runs() -> None:
    sites = sites_of(("edge",), {"edge"}, ["lost"])
    assert sites == Sites(("edge", "lost"))
    counts = {"edge": Tally(), "lost": Tally(running=2)}
    assert replicas(9, sites, counts)["lost"] == 2
