"""Weights are what sites do, what goes by the row all the same, and the rest by what is ready."""

from __future__ import annotations

from ampacity.translate.serving.weights import MOST, TOTAL, by_readiness, weights


def test_what_sites_do_is_what_they_get() -> None:
    assert weights({"paris": 0.6, "lyon": 0.4}, {}, {"paris": 3, "lyon": 2, "berlin": 5}) == {
        "paris": 600,
        "lyon": 400,
    }


def test_what_nobody_has_to_spare_goes_to_all_by_their_ready_replicas() -> None:
    assert weights({"paris": 0.5}, {}, {"paris": 1, "lyon": 1, "berlin": 2}) == {
        "paris": 625,
        "lyon": 125,
        "berlin": 250,
    }


def test_what_was_decided_to_have_no_place_goes_by_the_row() -> None:
    assert weights({"paris": 0.5}, {"paris": 0.4}, {"paris": 1, "lyon": 1}) == {"paris": 950, "lyon": 50}


def test_but_not_to_where_nothing_is_ready() -> None:
    assert weights({}, {"paris": 0.4}, {"paris": 0, "lyon": 1}) == {"lyon": TOTAL}


def test_with_nothing_ready_there_are_none() -> None:
    assert weights({}, {"paris": 0.5}, {"paris": 0}) == {} == by_readiness({"paris": 0})
    assert weights({}, {}, {}) == {}


def test_an_origin_without_a_row_goes_by_ready_replicas() -> None:
    assert by_readiness({"a": 1, "b": 2, "c": 0}) == {"a": 333, "b": 667}


def test_a_rule_has_room_for_so_many_backends() -> None:
    found = by_readiness({f"s{number:02}": number + 1 for number in range(20)})
    assert len(found) == MOST and sum(found.values()) == TOTAL and "s00" not in found


def test_of_equal_sites_the_nearest_have_it() -> None:
    found = by_readiness({f"s{number:02}": 2 for number in reversed(range(20))})
    assert sorted(found) == [f"s{number:02}" for number in range(4, 20)] and sum(found.values()) == TOTAL


def test_a_site_that_gets_less_than_can_be_said_gets_nothing() -> None:
    assert by_readiness({"large": 9_999, "small": 1}) == {"large": TOTAL}
