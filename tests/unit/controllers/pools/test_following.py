"""A pool on its way to what was decided: what each Deployment is to ask for, which holds it may keep."""

from __future__ import annotations

from dataclasses import replace

from ampacity.controllers.pools.following import UNKNOWN, Course, Outlook, Replicas, Variants, pool_of
from ampacity.core.distribution.model import Pool, Variant
from ampacity.core.distribution.targets import Targets
from ampacity.core.ledger import Ledger
from tests.builders.kube import pod
from tests.builders.world import fence, profile, reserved

BOTH = Outlook(frozenset({"edge", "hall"}))


def course(wanted: dict[str, int], **replicas: Replicas) -> Course:
    """One variant, each of whose replicas does one unit of work."""
    targets = Targets(
        {(site, "h200"): count for site, count in wanted.items()}, {"h200": 1.0}, float(sum(wanted.values()))
    )
    return Course("ai/chat", targets, replicas)


def serving(count: int, held: int = 0, **more: int | bool) -> Replicas:
    """Replicas that all serve, and places held for more."""
    return Replicas({"h200": count}, {"h200": held}, **{"ready": count, "deployed": count, **more})  # type: ignore[arg-type]


def test_what_is_held_is_asked_for_and_what_serves_elsewhere_stays_meanwhile() -> None:
    moving = course({"edge": 0, "hall": 3}, edge=serving(3), hall=serving(0, held=2))
    assert moving.wanted(BOTH) == {"edge": 3, "hall": 2}
    started = replace(moving, replicas={"edge": serving(3), "hall": serving(2, held=1)})
    assert started.wanted(BOTH) == {"edge": 1, "hall": 3}


def test_holds_are_due_for_what_a_site_lacks() -> None:
    assert course({"edge": 3}, edge=serving(2, held=2), hall=serving(0, held=1)).due_holds() == {
        "edge": 1,
        "hall": 0,
    }


def test_a_site_that_is_over_its_limits_gives_up_its_surplus_at_once() -> None:
    over = replace(BOTH, over=frozenset({"edge"}))
    moving = course({"edge": 1, "hall": 2}, edge=serving(3), hall=serving(0))
    assert moving.wanted(BOTH) == {"edge": 3, "hall": 0}
    assert moving.wanted(over) == {"edge": 1, "hall": 0}


def test_a_site_that_does_not_answer_is_left_as_it_is_and_counts_for_nothing() -> None:
    silent = Outlook(frozenset({"hall"}))
    moving = course({"hall": 2}, edge=serving(5, deployed=4), hall=serving(2))
    assert moving.wanted(silent) == {"edge": 4, "hall": 2}
    surplus = course({"edge": 2}, edge=serving(2), hall=serving(2))
    assert surplus.wanted(silent) == {"edge": 2, "hall": 2}, "the hall alone serves now"
    assert surplus.wanted(BOTH) == {"edge": 2, "hall": 0}


def test_a_site_that_was_closed_as_lost_is_left_as_it_is_until_it_is_decided_anew() -> None:
    back = course({"hall": 2}, edge=serving(3, fixed=True), hall=serving(2))
    assert back.wanted(BOTH) == {"edge": 3, "hall": 2}
    assert back.due_holds() == {"edge": 0, "hall": 0}


def test_where_it_may_not_be_nothing_waits_for_successors() -> None:
    moving = course({"hall": 2}, edge=serving(2, must_go=True), hall=serving(0))
    assert moving.wanted(BOTH) == {"edge": 0, "hall": 0}


def test_a_pool_that_was_not_decided_yet_stays_as_it_is() -> None:
    new = replace(course({}, edge=serving(3, held=1, deployed=2)), targets=None)
    assert new.wanted(BOTH) == {"edge": 2}
    assert new.due_holds() == {"edge": 1}


def test_pods_on_their_way_out_are_replaced_as_far_as_the_site_wants_them() -> None:
    assert course({"edge": 4}, edge=serving(3, leaving=2)).wanted(BOTH) == {"edge": 4}
    assert course({"edge": 2}, edge=serving(2, leaving=2)).wanted(BOTH) == {"edge": 2}
    assert course({"edge": 4}, edge=serving(3, leaving=2)).asked() == {"edge": 4}


def test_pools_that_find_no_room_give_way_where_others_seek_it() -> None:
    stuck = Outlook(BOTH.answering, sought=frozenset({"edge"}), short=frozenset({"ai/chat"}))
    moving = course({"hall": 8}, edge=serving(8), hall=serving(0))
    assert moving.wanted(BOTH)["edge"] == 8
    assert moving.wanted(stuck)["edge"] == 6


def test_variants_are_told_by_the_hardware() -> None:
    wish = Pool("ai/chat", (Variant("h200", "a"), Variant("l40s", "b")))
    profiles = [profile("hgx", family="h200"), profile("l40s")]
    waiting = replace(pod("c"), controller="x")
    pods = [
        reserved(replace(pod("a", node="n1"), controller="x"), 1, profile="hgx"),
        reserved(replace(pod("b", node="n1"), controller="x"), 1, profile="mi300"),
        replace(pod("d", node="n1"), terminating=True),
        waiting,
        pod("e"),
    ]
    entry = replace(fence(waiting), profile="l40s")
    variants = Variants(wish, profiles, Ledger(fence=(entry,)))
    assert list(variants.running(pods)) == [("x", "h200"), ("x", UNKNOWN), ("x", "l40s")]


def test_the_pool_of_a_waiter() -> None:
    assert pool_of("replica/ai/chat/7") == "ai/chat"
    assert pool_of("0f3c") == ""
