"""Which calls are repeated, how often, and after how long."""

import random

import pytest

from ampacity.cluster.backoff import Backoff
from ampacity.cluster.errors import ApiError, Unreachable
from ampacity.cluster.patience import Patience


def refused(status: int, retry_after: float | None = None) -> ApiError:
    return ApiError(status, "Refused", "no", retry_after)


def pauses(method: str, error: ApiError, times: int) -> list[float | None]:
    patience = Patience(method)
    return [patience.pause(error) for _ in range(times)]


def test_a_busy_server_is_asked_again_but_not_for_ever() -> None:
    assert pauses("GET", refused(429, 2), 5) == [2, 2, 2, None, None]
    assert pauses("PATCH", refused(429, 1), 4) == [1, 1, None, None]


def test_nobody_waits_longer_than_makes_sense() -> None:
    assert pauses("GET", refused(429, 3600), 1) == [None]
    assert pauses("PATCH", refused(429, 3), 1) == [None]


def test_a_server_that_says_nothing_gets_a_second() -> None:
    assert pauses("GET", refused(429), 1) == [1]


def test_a_token_is_tried_anew_once() -> None:
    assert pauses("PATCH", refused(401), 2) == [0, None]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_write_that_may_have_happened_is_not_repeated(method: str) -> None:
    assert pauses(method, refused(503, 1), 1) == [None]
    assert pauses("GET", refused(503, 1), 1) == [1]


@pytest.mark.parametrize("error", [refused(404), refused(500), refused(503), Unreachable("Timeout", "no")])
def test_anything_else_is_for_the_caller(error: ApiError) -> None:
    assert pauses("GET", error, 1) == [None]


def test_backing_off_grows_ends_somewhere_and_starts_over() -> None:
    backoff = Backoff(1.0, 8.0, random.Random(7))
    for ceiling in (1, 2, 4, 8, 8, 8):
        assert ceiling / 2 <= backoff.next() <= ceiling
    backoff.reset()
    assert backoff.next() <= 1


def test_backing_off_heeds_what_the_server_asks_for_within_reason() -> None:
    assert Backoff(1.0).next(20) == 20
    assert Backoff(1.0).next(86_400) == 30
