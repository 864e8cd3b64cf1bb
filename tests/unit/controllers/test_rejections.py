"""What kubelets refuse is known once the pod has left the index, and until a cycle has dealt with it."""

from __future__ import annotations

from dataclasses import replace

from ampacity.controllers.pod_journal import PodJournal
from ampacity.translate.pods.rejection import Rejection
from ampacity.translate.records import PodRecord
from tests.builders.kube import pod
from tests.builders.power import kw
from tests.builders.world import reserved

WAITS = pod("web-1")
PLACED = replace(reserved(WAITS, kw(1), node="n1"), waiting=False, bound=True)
REFUSED = Rejection(WAITS.uid, "n7", "OutOfcpu: too little")


def journal(known: PodRecord | None = PLACED) -> PodJournal:
    """A journal whose index has that pod, and forgets after 60 s."""
    made = PodJournal(60)
    if known is not None:
        made.note(known.uid, known)
        made.catch_up(0)
    return made


def test_a_refused_pod_is_told_once_it_has_left_the_index() -> None:
    seen = journal()
    seen.rejections.note(REFUSED)
    seen.catch_up(1)
    assert seen.rejections.open == () and seen.index.get(PLACED.uid)
    seen.note(PLACED.uid, None)
    seen.catch_up(2)
    assert [(one.pod, one.node, one.why) for one in seen.rejections.open] == [(PLACED, "n7", REFUSED.why)]


def test_one_whose_place_was_not_known_yet_is_told_too() -> None:
    seen = journal(WAITS)
    seen.rejections.note(REFUSED)
    seen.note(WAITS.uid, None)
    seen.catch_up(1)
    assert [(one.pod.node, one.node) for one in seen.rejections.open] == [("", "n7")]


def test_what_failed_before_this_process_knew_it_is_no_news() -> None:
    seen = journal(None)
    seen.rejections.note(REFUSED)
    seen.catch_up(1)
    seen.note(PLACED.uid, PLACED)
    seen.catch_up(2)
    seen.note(PLACED.uid, None)
    seen.catch_up(3)
    assert seen.rejections.open == ()


def test_a_pod_that_ends_otherwise_was_not_refused() -> None:
    seen = journal()
    seen.note(PLACED.uid, None)
    seen.catch_up(1)
    assert seen.rejections.open == ()


def test_it_is_told_until_it_is_dealt_with() -> None:
    seen = journal()
    seen.rejections.note(REFUSED)
    seen.note(PLACED.uid, None)
    seen.catch_up(1)
    seen.catch_up(2)
    seen.rejections.dealt_with(seen.rejections.open)
    assert seen.rejections.open == ()


def test_where_nobody_deals_with_it_time_does() -> None:
    seen = journal()
    seen.rejections.note(REFUSED)
    seen.note(PLACED.uid, None)
    seen.catch_up(1)
    seen.catch_up(60)
    assert len(seen.rejections.open) == 1
    seen.catch_up(61)
    assert seen.rejections.open == ()
