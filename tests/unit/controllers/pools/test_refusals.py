"""Deployments that the API server refuses: when they are tried again, and who is told meanwhile."""

from __future__ import annotations

import pytest

from ampacity.cluster.errors import ApiError, Unreachable
from ampacity.controllers.pools.desired import Wanted
from ampacity.controllers.pools.reading import PoolScene
from ampacity.controllers.pools.refusals import NAME_TAKEN, Refusals, is_refusal
from ampacity.translate.pools.template import deployment_key
from tests.unit.controllers.pools.builders import pool, pool_object

DENIED = ApiError(403, "Forbidden", "exceeded quota: count/deployments.apps")
PLACE = (deployment_key("ai", "chat", "par1"), "par1")


def item(generation: int = 1, replicas: int = 2, site: str = "par1") -> Wanted:
    model = pool()
    model.metadata.generation = generation
    return Wanted(model, {}, "digest", site, replicas)


def scene(generation: int = 1) -> PoolScene:
    found = pool_object()
    found["metadata"]["generation"] = generation
    return PoolScene(found)


def test_what_is_to_go_does_not_rest() -> None:
    refusals = Refusals(Clock())
    assert refusals.may_shrink(item(replicas=1), 2)
    refusals.note(item(replicas=5), DENIED)
    assert not refusals.may_shrink(item(replicas=4), 4), "the same number"
    assert refusals.may_shrink(item(replicas=3), 4)
    refusals.not_shrunk(item(replicas=3))
    assert not refusals.may_shrink(item(replicas=3), 4) and refusals.may_shrink(item(replicas=2), 4)
    refusals.note(item(replicas=5), DENIED)
    assert refusals.may_shrink(item(replicas=3), 4), "all was tried again"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (DENIED, True),
        (ApiError(422, "Invalid", "spec.template: no"), True),
        (ApiError(409, NAME_TAKEN, "rename one"), True),
        (ApiError(409, "Conflict", "the object has been modified"), False),
        (ApiError(401, "Unauthorized", "the token has expired"), False),
        (ApiError(404, "NotFound", "it was deleted already"), False),
        (ApiError(429, "TooManyRequests", "later"), False),
        (ApiError(500, "InternalError", "etcd"), False),
        (Unreachable("Timeout", "no answer"), False),
    ],
)
def test_what_is_a_judgement(error: ApiError, answer: bool) -> None:
    assert is_refusal(error) is answer


def test_each_refusal_doubles_the_rest_up_to_five_minutes() -> None:
    clock, rests = Clock(), []
    refusals = Refusals(clock)
    for _ in range(8):
        refusals.note(item(), DENIED)
        begun = clock.now
        while refusals.rests(item()):
            clock.now += 1
        rests.append(clock.now - begun)
    assert rests == [10, 20, 40, 80, 160, 300, 300, 300]


def test_it_is_told_as_the_server_said_it() -> None:
    refusals = Refusals(Clock())
    refusals.note(item(), DENIED)
    sentence = "the API server refused Deployment ai/chat-par1: exceeded quota: count/deployments.apps"
    assert refusals.barred([scene()]) == {PLACE: sentence}
    (told,) = refusals.all
    assert told.why == sentence and told.is_of(scene().obj["metadata"])


def test_other_replicas_are_no_other_deployment_but_another_site_is() -> None:
    refusals = Refusals(Clock())
    refusals.note(item(), DENIED)
    assert refusals.rests(item(replicas=5)) and not refusals.rests(item(site="lulea"))


def test_an_edited_pool_is_tried_at_once_and_begins_anew() -> None:
    clock = Clock()
    refusals = Refusals(clock)
    for _ in range(3):
        refusals.note(item(), DENIED)
    assert not refusals.rests(item(generation=2)) and refusals.barred([scene(2)]) == {}
    refusals.note(item(generation=2), DENIED)
    clock.now = 10
    assert not refusals.rests(item(generation=2))


def test_while_it_is_tried_its_pool_gets_places_and_is_still_told() -> None:
    clock = Clock()
    refusals = Refusals(clock)
    refusals.note(item(), DENIED)
    clock.now = 10
    refusals.forget()
    assert refusals.barred([scene()]) == {} and len(refusals.all) == 1


def test_once_it_is_written_nothing_is_told() -> None:
    refusals = Refusals(Clock())
    refusals.note(item(), DENIED)
    refusals.taken(item().key)
    assert refusals.all == () and not refusals.rests(item())


def test_what_is_not_tried_for_long_is_forgotten() -> None:
    clock = Clock()
    refusals = Refusals(clock)
    refusals.note(item(), DENIED)
    for now, left in ((69, 1), (70, 0)):
        clock.now = now
        refusals.forget()
        assert len(refusals.all) == left
