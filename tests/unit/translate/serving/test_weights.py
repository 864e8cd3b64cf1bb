"""Weights follow what is ready; what a row cannot have spills in the origin's own order."""

from __future__ import annotations

from ampacity.translate.serving.weights import MOST, TOTAL, Stop, by_readiness, weights


def test_with_everything_ready_the_weights_are_the_row() -> None:
    stops = [Stop("paris", 3, 3, 0.6), Stop("lyon", 2, 2, 0.4), Stop("berlin", 5, 5)]
    assert weights(stops, 10) == {"paris": 600, "lyon": 400}


def test_a_half_ready_site_gives_the_other_half_to_the_nearest_that_has_some_to_spare() -> None:
    stops = [Stop("paris", 2, 4, 1.0), Stop("lyon", 1, 1), Stop("berlin", 3, 1)]
    assert weights(stops, 4) == {"paris": 500, "berlin": 500}


def test_what_nobody_has_to_spare_goes_to_all_by_their_ready_replicas() -> None:
    stops = [Stop("paris", 0, 4, 1.0), Stop("lyon", 1, 1), Stop("berlin", 3, 3)]
    assert weights(stops, 8) == {"lyon": 250, "berlin": 750}


def test_spare_replicas_are_used_in_order_before_that() -> None:
    stops = [Stop("paris", 0, 4, 1.0), Stop("lyon", 3, 1), Stop("berlin", 9, 5)]
    assert weights(stops, 4) == {"lyon": 500, "berlin": 500}


def test_a_site_that_is_left_serves_until_its_successor_is_ready() -> None:
    """A move from old to new: the row names new alone."""
    found = [weights([Stop("new", ready, 4, 1.0), Stop("old", 4, 0)], 4) for ready in (0, 1, 4)]
    assert found == [{"old": TOTAL}, {"new": 250, "old": 750}, {"new": TOTAL}]


def test_a_site_that_has_more_than_it_needs_has_no_more_than_its_share() -> None:
    assert weights([Stop("a", 9, 3, 0.5), Stop("b", 3, 3, 0.5)], 6) == {"a": 500, "b": 500}


def test_with_nothing_ready_there_are_none() -> None:
    assert weights([Stop("paris", 0, 2, 1.0), Stop("lyon", 0, 1)], 3) == {}
    assert weights([], 0) == {} == by_readiness({"paris": 0})


def test_an_origin_without_a_row_goes_by_ready_replicas() -> None:
    assert by_readiness({"a": 1, "b": 2, "c": 0}) == {"a": 333, "b": 667}


def test_a_rule_has_room_for_so_many_backends() -> None:
    found = by_readiness({f"s{number:02}": number + 1 for number in range(20)})
    assert len(found) == MOST and sum(found.values()) == TOTAL and "s00" not in found


def test_a_site_that_gets_less_than_can_be_said_gets_nothing() -> None:
    assert by_readiness({"large": 9_999, "small": 1}) == {"large": TOTAL}
