"""How long a template rests between two tries."""

from __future__ import annotations

from ampacity.controllers.resting import Resting


def resting() -> Resting:
    return Resting(120, lambda seconds: f"in {seconds:g} s", longest=16)


def test_each_failure_doubles_the_rest_up_to_a_limit() -> None:
    rests, now, lengths = resting(), 0.0, []
    for _ in range(7):
        rests.failed("t", "n1", now, now + 120, "why")
        rest = rests.of("t")
        assert rest is not None
        lengths.append(rest.until - rest.since)
        now = rest.until
    assert lengths == [120, 240, 480, 960, 1920, 1920, 1920]


def test_pods_that_were_under_way_together_fail_once() -> None:
    rests = resting()
    rests.failed("t", "n1", 0, 120, "first")
    rests.failed("t", "n1", 100, 220, "second")
    rest = rests.of("t")
    assert rest is not None and (rest.tries, rest.until, rest.why, rest.told) == (1, 240, "first", "in 120 s")


def test_one_success_ends_it() -> None:
    rests = resting()
    rests.failed("t", "n1", 0, 120, "why")
    rests.succeeded("t")
    rests.succeeded("other")
    assert rests.of("t") is None


def test_where_it_failed_is_remembered_beyond_a_success_but_not_for_ever() -> None:
    rests = resting()
    assert not rests
    rests.failed("t", "n1", 0, 120, "why")
    rests.failed("t", "n2", 0, 200, "why")
    rests.succeeded("t")
    assert rests and rests.avoided("t") == {"n1", "n2"}
    rests.forget(32 * 120 + 120)
    assert rests.avoided("t") == {"n2"}
    rests.forgive("t")
    assert not rests


def test_only_so_many_nodes_are_avoided() -> None:
    rests = resting()
    for number in range(40):
        rests.failed("t", f"n{number}", 0, number, "why")
    assert rests.avoided("t") == {f"n{number}" for number in range(8, 40)}


def test_what_was_not_tried_again_for_long_is_forgotten() -> None:
    rests = resting()
    rests.failed("t", "n1", 0, 0, "why")
    rests.forget(120 + 32 * 120 - 1)
    assert rests.of("t") is not None
    rests.forget(120 + 32 * 120)
    assert rests.of("t") is None
