"""What classes of work count on shares. A server: 2 kW idle, eight GPUs of 1 kW: 1.25 kW a GPU in all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ampacity.core.check.shares import stated_shares
from ampacity.core.load import Load
from ampacity.core.placement import plan
from ampacity.core.plan import Reason
from ampacity.core.shares import uses
from ampacity.core.site import Share, Site
from ampacity.core.snapshot import NodeView, Snapshot
from ampacity.core.workload import Workload
from tests.builders.fleet import draw, node, places, reasons, shape, small_site, snapshot, waiter, waiters
from tests.builders.power import kw

TRAINING, INFERENCE, BATCH = Workload.TRAINING, Workload.INFERENCE, Workload.BATCH


def hall(*shares: Share, capacity: str = "100kW") -> Site:
    return replace(small_site(2, capacity), shares=shares)


def at_most(power: float, kind: Workload = INFERENCE) -> Share:
    return Share(kind, 0, kw(power))


def drawn(view: NodeView, kind: Workload = INFERENCE) -> int:
    """What a class counts on a site of this node."""
    there = snapshot([view], [], hall(at_most(50, kind)))
    return uses(there.sites["hall"], there.nodes)[0].drawn


def others_left(view: NodeView) -> int | None:
    """What 10 kW that are kept for training leave others of a site of this node."""
    there = snapshot([view], [], hall(Share(TRAINING, kw(10))))
    return uses(there.sites["hall"], there.nodes)[0].others_left


def test_a_gpu_counts_with_its_part_of_the_server() -> None:
    assert drawn(node(used=2, work=((INFERENCE, 2),))) == kw(2.5)
    assert drawn(node(used=8, work=((INFERENCE, 3), (BATCH, 5)))) == kw(3.75)
    assert drawn(node()) == 0


def test_a_pod_of_no_known_class_counts_for_each() -> None:
    unknown = node(used=1, work=((None, 1),))
    assert {drawn(unknown, kind) for kind in Workload} == {kw(1.25)}
    assert others_left(unknown) == kw(90 - 3)


def test_slices_count_as_gpus_until_all_are_busy() -> None:
    cut = node(gpus=14, used=10, draw=draw(2, kw(1), kw(1)), work=((INFERENCE, 3), (BATCH, 7)))
    assert drawn(cut) == drawn(cut, BATCH) == kw(3)


def test_what_is_in_doubt_counts_for_every_class_that_is_there() -> None:
    dark = node(used=1, work=((INFERENCE, 1),), admits=False)
    dark = replace(dark, load=dark.draw.maximum if dark.draw else Load())
    assert drawn(dark) == kw(1.25 + 7) and drawn(dark, BATCH) == 0
    nameless = replace(dark, draw=None)
    assert drawn(nameless) == kw(10)
    claims = replace(dark, work=((BATCH, 0),), units=0)
    assert drawn(claims, BATCH) == kw(8)


def test_idle_servers_and_all_but_the_gpus_of_a_class_count_beside_what_is_kept_for_it() -> None:
    assert others_left(node()) == kw(90 - 2)
    assert others_left(node(used=5, work=((TRAINING, 3), (BATCH, 2)))) == kw(90 - 4)


def test_of_shared_gpus_training_has_what_others_leave() -> None:
    cut = draw(2, kw(1), kw(1))
    assert others_left(node(gpus=14, used=9, draw=cut, work=((TRAINING, 8), (BATCH, 1)))) == kw(90 - 2)
    assert others_left(node(gpus=14, used=9, draw=cut, work=((TRAINING, 6), (BATCH, 3)))) == kw(90 - 3)


def test_machines_that_no_node_stands_for_count() -> None:
    there = snapshot([node()], [], hall(at_most(50), Share(TRAINING, kw(10))))
    missing = {"r2": Load(kw(10), kw(10), 0)}
    view = replace(there.sites["hall"], unseen=((INFERENCE, kw(4)),), unlisted=missing)
    capped, kept = uses(view, there.nodes)
    assert (capped.drawn, capped.left, kept.others_left) == (kw(4), kw(46), kw(90 - 12))


def mixed(count: int, *kinds: Workload, shares: tuple[Share, ...], nodes: int = 2) -> Snapshot:
    waiting = [one for kind in kinds for one in waiters(count, shape(workload=kind), name=str(kind))]
    servers = [node(f"n{i}", f"r{i + 1}") for i in range(nodes)]
    return snapshot(servers, waiting, hall(*shares, capacity="20kW"))


def test_a_class_that_has_its_share_waits_and_is_told_what_is_short() -> None:
    decided = plan(mixed(6, INFERENCE, BATCH, shares=(at_most(5),)))
    assert sum(name.startswith("inference") for name in places(decided)) == 4
    assert sum(name.startswith("batch") for name in places(decided)) == 6
    assert set(reasons(decided).values()) == {"hall: share of inference (5 kW) short by 1.3 kW"}
    assert {one.reason for one in decided.refusals} == {Reason.SHARE}


def test_two_classes_have_both_kept_what_is_kept() -> None:
    """16 kW beside idle servers: 6 for training and 5 for batch leave 5 for inference."""
    shares = (Share(TRAINING, kw(6)), Share(BATCH, kw(5)))
    first = plan(mixed(16, INFERENCE, shares=shares))
    assert len(first.grants) == 5
    assert first.refusals[0].sentence == (
        "hall: power beside what is kept for training and batch (9 kW) short by 1 kW"
    )
    assert len(plan(mixed(16, BATCH, shares=shares)).grants) == 10
    assert len(plan(mixed(16, BATCH, INFERENCE, shares=shares)).grants) == 10
    assert len(plan(mixed(16, TRAINING, shares=shares)).grants) == 11


def test_a_hold_is_no_use_while_its_class_is_over_its_share() -> None:
    held = waiter("p", shape(), hold="n0")
    busy = node("n0", used=5, work=((INFERENCE, 5),))
    for most, good in ((6.25, True), (6, False)):
        decided = plan(snapshot([busy], [held], hall(at_most(most))))
        assert (not decided.released) is good and bool(decided.grants) is good


@pytest.mark.parametrize(
    ("shares", "problem"),
    [
        (
            (at_most(5), at_most(6)),
            "spec.shares[1].workload: inference is there already, in spec.shares[0];"
            " state each class once, with both figures",
        ),
        (
            (Share(TRAINING, kw(101)),),
            "spec.shares[0].atLeast: 101 kW for training is more than the 100 kW that the site's sources can"
            " carry; state at most 100 kW",
        ),
        (
            (at_most(101),),
            "spec.shares[0].atMost: 101 kW for inference is more than the 100 kW that the site's sources can"
            " carry; state at most 100 kW",
        ),
        (
            (Share(TRAINING, kw(60)), Share(BATCH, kw(41))),
            "spec.shares: together 101 kW are kept, more than the 100 kW that the site's sources can carry;"
            " lower atLeast of one of them",
        ),
        (
            (Share(BATCH, kw(6), kw(5)),),
            "spec.shares[0].atLeast: 6 kW are kept for batch, which may have no more than 5 kW;"
            " lower atLeast, or raise atMost",
        ),
    ],
)
def test_shares_that_cannot_be_meant(shares: tuple[Share, ...], problem: str) -> None:
    assert [str(found) for found in stated_shares(hall(*shares))] == [problem]
    assert stated_shares(hall(at_most(5), Share(TRAINING, kw(95), kw(100)))) == ()
