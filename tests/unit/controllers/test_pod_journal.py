"""What wakes the planner, and what the journal keeps count of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ampacity.controllers.pod_journal import PodJournal, matters
from ampacity.core.load import Load
from ampacity.core.snapshot import Resources, Shape
from ampacity.translate.records import PodRecord, Reservation

GPU_POD = PodRecord(
    "u1", "ai", "p", "5", Shape("ai", Resources(), 1), 0, 0, "Pod/ai/p", "n1", True, False, False, -1, False,
    "Running",
)  # fmt: skip
CPU_POD = replace(GPU_POD, shape=Shape("ai", Resources(), 0))
UNKNOWN_POD = replace(CPU_POD, shape=replace(CPU_POD.shape, unknown_draw="it uses a resource claim"))
PLACE = Reservation("par1", "r1", "n1", "h100", Load(1, 1), 1)


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        (None, GPU_POD, True),
        (GPU_POD, None, True),
        (GPU_POD, replace(GPU_POD, terminating=True), True),
        (GPU_POD, replace(GPU_POD, resource_version="6", phase="Pending"), False),
        (GPU_POD, replace(GPU_POD, resource_version="6", powered=("True", "Granted", "")), False),
        (None, CPU_POD, False),
        (None, replace(CPU_POD, waiting=True), True),
        (None, UNKNOWN_POD, True),
        (UNKNOWN_POD, None, True),
    ],
)
def test_only_what_may_change_a_decision_wakes(
    old: PodRecord | None, new: PodRecord | None, answer: bool
) -> None:
    assert matters(old, new) is answer


def test_the_index_follows_only_when_told() -> None:
    journal = PodJournal()
    journal.note("u1", GPU_POD)
    assert not journal.index.pods()
    journal.catch_up()
    assert set(journal.index.pods()) == {"u1"}
    journal.note("u1", None)
    journal.catch_up()
    assert not journal.index.pods() and journal.adopted == 0


def test_gpu_pods_without_a_reservation_are_adopted() -> None:
    journal = PodJournal()
    journal.note("u1", GPU_POD)
    journal.note("u2", replace(CPU_POD, uid="u2"))
    journal.catch_up()
    assert journal.adopted == 1
    journal.note("u1", replace(GPU_POD, reservation=PLACE))
    journal.catch_up()
    assert journal.adopted == 0


def test_a_placed_pod_is_unmarked_until_its_condition_says_so() -> None:
    journal = PodJournal()
    journal.note("u1", replace(GPU_POD, reservation=PLACE, powered=("False", "InsufficientPower", "")))
    journal.catch_up()
    assert [pod.uid for pod in journal.unmarked] == ["u1"]
    journal.note("u1", replace(GPU_POD, reservation=PLACE, powered=("True", "Granted", "")))
    journal.catch_up()
    assert journal.unmarked == ()


def test_a_pod_with_a_place_is_unbound_until_a_scheduler_has_bound_it() -> None:
    journal, placed = PodJournal(), replace(GPU_POD, reservation=PLACE)
    for pod, unbound in (
        (replace(placed, bound=False), ["u1"]),
        (replace(placed, bound=False, terminating=True), []),
        (replace(placed, bound=False), ["u1"]),
        (placed, []),
    ):
        journal.note("u1", pod)
        journal.catch_up()
        assert [pod.uid for pod in journal.unbound] == unbound


def test_a_pod_that_was_told_that_nobody_binds_it_is_told_otherwise_once_it_is_bound() -> None:
    journal = PodJournal()
    told = replace(GPU_POD, reservation=PLACE, powered=("True", "NotBound", ""), bound=False)
    for pod, unmarked in ((told, []), (replace(told, bound=True), ["u1"])):
        journal.note("u1", pod)
        journal.catch_up()
        assert [pod.uid for pod in journal.unmarked] == unmarked


def test_pods_that_come_and_go_unseen_leave_no_trace() -> None:
    """A process that stands by for weeks sees millions of them."""
    journal = PodJournal()
    for number in range(100):
        journal.note(f"u{number}", replace(GPU_POD, uid=f"u{number}"))
        journal.note(f"u{number}", None)
    assert not journal._changed


def test_who_left_and_who_asks_is_followed_too() -> None:
    journal = PodJournal()
    placed = replace(GPU_POD, reservation=PLACE, controller="StatefulSet/ai/web", since=7)
    journal.note("u1", placed)
    journal.catch_up()
    journal.note("u1", None)
    journal.catch_up()
    assert journal.standing.left == (placed,) and journal.ages.since == {"StatefulSet/ai/web": 7}
