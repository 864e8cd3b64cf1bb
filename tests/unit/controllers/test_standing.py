"""How many places each controller has, and what it is owed when pods leave."""

from __future__ import annotations

from dataclasses import replace

from ampacity.controllers.standing import Standing
from ampacity.translate.records import PodRecord
from tests.builders.kube import pod
from tests.builders.world import reserved

WEB = "StatefulSet/default/web"


def placed(name: str, kind: str = "StatefulSet") -> PodRecord:
    return reserved(pod(name, node="n1", owner=(kind, "web")), 1)


def leaving(record: PodRecord) -> PodRecord:
    return replace(record, terminating=True)


def standing(*pods: PodRecord) -> Standing:
    found = Standing(60)
    found.follow([(None, pod) for pod in pods], 0)
    return found


A, B, C = placed("a"), placed("b"), placed("c")


def test_a_pod_that_is_gone_is_owed_its_place() -> None:
    seen = standing(A, B)
    seen.follow([(A, leaving(A))], 1)
    assert seen.left == ()
    seen.follow([(leaving(A), None)], 2)
    assert (seen.left, seen.owed) == ((leaving(A),), {WEB: 1})


def test_pods_that_leave_together_are_owed_together() -> None:
    seen = standing(A, B, C)
    seen.follow([(A, leaving(A))], 1)
    seen.follow([(B, None), (leaving(A), None)], 2)
    assert seen.owed == {WEB: 2}


def test_a_successor_that_got_a_place_elsewhere_leaves_nothing_owed() -> None:
    seen = standing(A, B)
    seen.follow([(A, leaving(A))], 1)
    seen.follow([(None, C)], 2)
    seen.follow([(leaving(A), None)], 3)
    assert seen.owed == {WEB: 0}


def test_it_is_not_known_what_came_first_in_one_batch() -> None:
    seen = standing(A, B)
    seen.follow([(None, C), (A, None)], 1)
    assert seen.owed == {WEB: 0}


def test_what_the_ledger_kept_before_counts_as_a_place() -> None:
    """A's place is held and not taken yet when B goes: two places are owed, of which one is held."""
    seen = standing(A, B, C)
    seen.follow([(A, None)], 1)
    seen.dealt_with(seen.left, {WEB: 1})
    seen.follow([(B, None)], 2)
    assert seen.left == (B,) and seen.owed == {WEB: 2}


def test_once_dealt_with_nothing_is_left_and_a_smaller_controller_is_owed_no_more() -> None:
    seen = standing(A, B, C)
    seen.follow([(A, None)], 1)
    seen.dealt_with(seen.left, {})
    assert seen.left == () and seen.owed == {}
    seen.follow([(B, None)], 2)
    assert seen.owed == {WEB: 1}


def test_nobody_replaces_the_pods_of_jobs_and_pods_without_a_place() -> None:
    others = [placed("job", "Job"), pod("bare", node="n1"), pod("gated", owner=("StatefulSet", "web"))]
    seen = standing(*others)
    seen.follow([(other, None) for other in others], 1)
    assert seen.left == ()


def test_a_process_that_does_not_lead_forgets_what_is_past() -> None:
    seen = standing(A, B)
    seen.follow([(A, None)], 1)
    seen.follow([(B, leaving(B))], 60)
    assert seen.left == (A,)
    seen.follow([(leaving(B), None)], 61)
    assert seen.left == (leaving(B),)
