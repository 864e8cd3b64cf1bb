"""Announcing and resolving grants."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ampacity.core.ledger import (
    MAX_ENTRIES,
    MAX_HOLDS,
    Sighting,
    advance,
    announce,
    in_doubt,
    newer,
    resolve,
    take_over,
    withdraw,
)
from ampacity.core.load import Load
from tests.unit.ledger.builders import AT, grant, led, replica, waiter


def test_an_announced_grant_stands_while_its_pod_is_unchanged() -> None:
    announced = announce(led(), [grant()], AT)
    (entry,) = announced.ledger.fence
    assert (entry.uid, entry.resource_version, entry.node, entry.epoch) == ("pod-1", "10", "n1", 1)
    assert announced.fenced == (grant(),)
    assert resolve(announced.ledger, {"pod-1": Sighting("10", True)}, AT) == announced.ledger


@pytest.mark.parametrize(
    "pods",
    [
        {},
        {"pod-1": Sighting("11", False)},
        {"pod-1": Sighting("11", True)},
        {"pod-1": Sighting("10", False)},
    ],
    ids=["gone", "granted", "moved on", "ungated"],
)
def test_a_grant_is_resolved_by_what_its_pod_shows(pods: dict[str, Sighting]) -> None:
    announced = announce(led(), [grant()], AT).ledger
    assert resolve(announced, pods, AT).fence == ()


def test_a_stale_sighting_resolves_nothing() -> None:
    announced = announce(led(), [grant()], AT).ledger
    assert resolve(announced, {"pod-1": Sighting("9", True)}, AT + 3600) == announced


@pytest.mark.parametrize(
    ("seen", "announced", "answer"),
    [("11", "10", True), ("9", "10", False), ("10", "10", False), ("100", "99", True), ("b", "a", True)],
)
def test_versions_are_ordered_as_numbers(seen: str, announced: str, answer: bool) -> None:
    assert newer(seen, announced) is answer


def test_only_earlier_leaders_and_lost_answers_are_in_doubt() -> None:
    ours = announce(led(), [grant(), grant(waiter("pod-2"))], AT).ledger
    assert in_doubt(ours) == ()
    assert [e.uid for e in in_doubt(ours, {"pod-2"})] == ["pod-2"]
    assert [e.uid for e in in_doubt(take_over(ours, "b"))] == ["pod-1", "pod-2"]


def test_each_write_and_each_leader_is_told_apart() -> None:
    assert advance(led()).sequence == 5
    taken = take_over(led(), "b")
    assert (taken.epoch, taken.sequence, taken.writer) == (2, 5, "b")


def test_a_replica_without_a_pod_gets_a_hold_and_no_fence_entry() -> None:
    announced = announce(led(), [grant(replica(0)), grant(replica(1), node="n2")], AT)
    assert announced.fenced == () and len(announced.held) == 2
    assert [(h.node, h.since) for h in announced.ledger.holds] == [("n1", AT), ("n2", AT)]
    assert len({h.key for h in announced.ledger.holds}) == 2


def test_keys_of_holds_differ_between_writes() -> None:
    first = announce(led(), [grant(replica())], AT).ledger
    second = announce(advance(first), [grant(replica())], AT).ledger
    assert len({h.key for h in second.holds}) == 2


def test_a_pod_takes_the_hold_of_its_controller_on_its_node() -> None:
    held = announce(led(), [grant(replica(), "n2"), grant(replica(1, "other")), grant(replica(2))], AT).ledger
    announced = announce(advance(held), [grant(waiter(hold="n1"), watts=0)], AT)
    assert [(h.node, h.controller) for h in announced.ledger.holds] == [("n2", "c"), ("n1", "other")]
    assert announced.ledger.fence[0].hold == held.holds[2].key


def test_a_pod_that_takes_a_hold_counts_at_least_what_was_held() -> None:
    held = announce(led(), [grant(replica(), watts=500_000)], AT).ledger
    small = announce(advance(held), [grant(waiter(hold="n1"), watts=0)], AT)
    large = announce(advance(held), [grant(waiter(hold="n1"), watts=900_000)], AT)
    assert small.ledger.fence[0].load == small.fenced[0].load == Load(500_000, 500_000)
    assert large.ledger.fence[0].load == Load(900_000, 900_000)


@pytest.mark.parametrize("pods", [{}, {"pod-1": Sighting("11", True)}], ids=["gone", "moved on"])
def test_a_held_place_returns_when_its_pod_did_not_get_it(pods: dict[str, Sighting]) -> None:
    held = announce(led(), [grant(replica())], AT).ledger
    announced = announce(advance(held), [grant(waiter(hold="n1"))], AT).ledger
    assert resolve(announced, pods, AT).holds == held.holds


def test_a_held_place_does_not_return_when_its_pod_was_given_up() -> None:
    held = announce(led(), [grant(replica())], AT).ledger
    announced = announce(held, [grant(waiter(hold="n1"))], AT).ledger
    assert announced.fence and resolve(announced, {}, AT, {"pod-1"}).holds == ()


def test_a_held_place_is_used_up_by_a_pod_that_runs() -> None:
    held = announce(led(), [grant(replica())], AT).ledger
    announced = announce(advance(held), [grant(waiter(hold="n1"))], AT).ledger
    settled = resolve(announced, {"pod-1": Sighting("11", False)}, AT)
    assert settled.holds == () and settled.fence == ()


def test_a_refused_grant_is_withdrawn_and_its_hold_returns() -> None:
    held = announce(led(), [grant(replica())], AT).ledger
    announced = announce(advance(held), [grant(waiter(hold="n1")), grant(waiter("pod-2"))], AT).ledger
    left = withdraw(announced, {"pod-1"}, AT)
    assert [e.uid for e in left.fence] == ["pod-2"]
    assert left.holds == held.holds


def test_what_an_earlier_leader_announced_cannot_be_withdrawn() -> None:
    announced = take_over(announce(led(), [grant()], AT).ledger, "b")
    assert withdraw(announced, {"pod-1"}, AT) == announced


def test_the_ledger_stays_bounded_and_says_what_is_left_over() -> None:
    grants = [grant(waiter(f"pod-{i}")) for i in range(MAX_ENTRIES + 5)]
    announced = announce(led(), grants, AT)
    assert len(announced.ledger.fence) == MAX_ENTRIES
    assert announced.deferred == 5
    assert announced.fenced == tuple(grants[:MAX_ENTRIES])


def test_a_full_ledger_still_lets_pods_take_their_holds() -> None:
    held = announce(led(), [grant(replica(i)) for i in range(MAX_HOLDS)], AT).ledger
    others = [grant(waiter(f"other-{i}")) for i in range(MAX_ENTRIES - MAX_HOLDS)]
    full = announce(held, others, AT).ledger
    announced = announce(advance(full), [grant(waiter("late")), grant(waiter(hold="n1"))], AT)
    assert [g.waiter.uid for g in announced.fenced] == ["pod-1"]
    assert announced.deferred == 1


def test_holds_leave_room_for_pods() -> None:
    announced = announce(led(), [grant(replica(i)) for i in range(MAX_HOLDS + 3)], AT)
    assert (len(announced.held), announced.deferred) == (MAX_HOLDS, 3)
    assert announce(advance(announced.ledger), [grant()], AT).fenced == (grant(),)


def test_announcing_changes_nothing_else() -> None:
    before = led()
    after = announce(before, [grant()], AT).ledger
    assert replace(after, fence=()) == before
