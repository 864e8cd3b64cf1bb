"""Writes that fail rest ever longer; an edited pool is tried at once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ampacity.cluster.errors import ApiError, Unreachable
from ampacity.controllers.pools.refusals import NAME_TAKEN
from ampacity.controllers.serving.tries import Tries
from ampacity.translate.serving.objects import ROUTE, Served

ITEM = Served(ROUTE, "ai", "chat", ("u1", 1), {})
REFUSED = ApiError(403, "Forbidden", "a policy says no")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def rest_after(error: ApiError, times: int) -> int:
    """Whole seconds for which the item rests after so many failures in a row."""
    clock = Clock()
    tries = Tries(clock)
    for _ in range(times):
        tries.failed(ITEM, error)
    while tries.rests(ITEM):
        clock.now += 1
    return int(clock.now)


def test_what_the_server_has_judged_rests_long() -> None:
    assert [rest_after(REFUSED, n) for n in (1, 2, 3, 9)] == [10, 20, 40, 300]
    assert rest_after(ApiError(409, NAME_TAKEN, "taken"), 1) == 10


def test_what_merely_failed_rests_shortly() -> None:
    assert [rest_after(Unreachable("Timeout", "no answer"), n) for n in (1, 2, 3)] == [1, 2, 4]


def test_an_edited_pool_is_tried_at_once() -> None:
    tries = Tries(Clock())
    tries.failed(ITEM, REFUSED)
    assert tries.why(ITEM) == "HTTPRoute ai/chat: a policy says no"
    edited = replace(ITEM, pool=("u1", 2))
    assert not tries.rests(edited) and tries.why(edited) == ""


def test_what_succeeds_or_is_not_wanted_or_has_another_crd_is_forgotten() -> None:
    tries = Tries(Clock())
    for forget in (partial(tries.done, ITEM), partial(tries.keep, ()), partial(tries.forget, ROUTE)):
        tries.failed(ITEM, REFUSED)
        forget()
        assert not tries.rests(ITEM)
