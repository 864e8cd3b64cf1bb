"""What a pool's status says of how it is reached."""

from __future__ import annotations

from ampacity.controllers.status.serving import (
    NO_ROUTES,
    NOTHING_READY,
    REFUSED,
    Trouble,
    serving_conditions,
)


def test_nothing_amiss_nothing_said() -> None:
    assert serving_conditions((), 1) == []


def test_the_weightiest_reason_and_all_messages() -> None:
    found = [Trouble(NOTHING_READY, "c"), Trouble(NO_ROUTES, "b"), Trouble(REFUSED, "a")]
    (condition,) = serving_conditions(found, 4)
    assert (condition.type, condition.status, condition.reason) == ("NotServed", "True", "ServingRefused")
    assert (condition.message, condition.observed_generation) == ("a; b; c", 4)
