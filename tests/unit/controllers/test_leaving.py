"""Pods of pools on their way out, and how long their pools wait for their places."""

from __future__ import annotations

from dataclasses import replace

from ampacity.controllers.leaving import Leaving
from ampacity.controllers.pod_journal import PodJournal
from ampacity.translate.records import PodRecord
from tests.builders.kube import READER, pod_json

SERVES = READER.read(pod_json("chat-1", node="n1", labels={"ampacity.io/pool": "chat"}))
assert SERVES is not None
LEAVES = replace(SERVES, terminating=True, grace=30)


def follow(*changes: tuple[PodRecord | None, PodRecord | None], at: float = 0) -> Leaving:
    leaving = Leaving()
    leaving.follow(changes, at)
    return leaving


def test_a_pool_is_known_while_its_pod_leaves() -> None:
    leaving = follow((SERVES, LEAVES))
    assert leaving.pools == {"default/chat"}
    leaving.follow([(LEAVES, None)], 5)
    assert leaving.pools == frozenset()


def test_a_pod_that_only_runs_or_waits_does_not_leave() -> None:
    assert follow((None, SERVES)).pools == frozenset()
    assert follow((None, replace(LEAVES, waiting=True))).pools == frozenset()


def test_only_pools_count_on_places() -> None:
    assert follow((None, replace(LEAVES, pool=""))).pools == frozenset()


def test_a_pod_is_late_after_its_grace_period_and_a_little() -> None:
    leaving = follow((SERVES, LEAVES), at=100)
    assert leaving.late(145) == frozenset()
    assert leaving.late(145.1) == {LEAVES.uid}


def test_its_time_runs_from_when_it_began_to_leave() -> None:
    leaving = follow((SERVES, LEAVES), at=100)
    leaving.follow([(LEAVES, replace(LEAVES, phase="Failed"))], 140)
    assert leaving.late(146) == {LEAVES.uid}


def test_the_journal_follows_them() -> None:
    journal = PodJournal()
    journal.note(LEAVES.uid, LEAVES)
    journal.catch_up(0)
    assert journal.leaving.pools == {"default/chat"}


def test_the_grace_period_is_read() -> None:
    leaves = pod_json("chat-1", node="n1")
    leaves["metadata"] |= {"deletionTimestamp": "2026-11-23T08:10:00Z", "deletionGracePeriodSeconds": 40}
    record = READER.read(leaves)
    assert record is not None and record.grace == 40
