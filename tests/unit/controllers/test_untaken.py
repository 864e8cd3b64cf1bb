"""Pools whose holds nobody takes lose them and rest."""

from __future__ import annotations

from dataclasses import replace

from ampacity.controllers.untaken import Untaken
from ampacity.core.ledger import LEFT, Ledger, announce
from ampacity.core.plan import Reason
from ampacity.translate.pools.template import deployment_key
from tests.unit.ledger.builders import AT, grant, led, replica, waiter

KEY = deployment_key("default", "chat", "par1")


def held() -> Ledger:
    return announce(led(), [grant(replica(controller=KEY))], AT).ledger


def begun() -> Untaken:
    """It met the hold at 100 s."""
    untaken = Untaken(60)
    untaken.begin()
    assert untaken.drop(held(), 100) == held()
    return untaken


def test_a_hold_nobody_takes_goes_and_its_pool_rests() -> None:
    untaken = begun()
    assert untaken.drop(held(), 159) == held() and not untaken.rests(replica())
    assert untaken.drop(held(), 160).holds == ()
    assert untaken.rests(replica(7))


def test_only_replicas_of_that_pool_rest() -> None:
    untaken = begun()
    untaken.drop(held(), 160)
    assert not untaken.rests(waiter("pod-1"))
    assert not untaken.rests(replace(replica(), uid="replica/default/other/0"))
    assert not untaken.rests(replace(replica(), uid="replica/elsewhere/chat/0"))


def test_a_rest_ends() -> None:
    untaken = begun()
    untaken.drop(held(), 160)
    untaken.drop(led(), 279)
    assert untaken.rests(replica())
    untaken.drop(led(), 280)
    assert not untaken.rests(replica())


def test_a_controller_that_makes_pods_has_its_full_time_after_each() -> None:
    untaken = begun()
    untaken.seen([KEY], 150)
    assert untaken.drop(held(), 209) == held()
    assert untaken.drop(held(), 210).holds == ()


def test_what_was_left_behind_has_its_time_only_and_nobody_rests_for_it() -> None:
    left = replace(held(), holds=(replace(held().holds[0], key=f"{LEFT}default/web-0/uid"),))
    untaken = Untaken(60)
    assert untaken.drop(left, 100) == left
    untaken.seen([KEY], 150)
    assert untaken.drop(left, 160).holds == ()
    assert not untaken.rests(replica())


def test_a_hold_that_came_back_has_its_full_time_again() -> None:
    untaken = begun()
    untaken.drop(led(), 150)
    assert untaken.drop(held(), 170) == untaken.drop(held(), 229) == held()


def test_a_new_leader_waits_its_own_time() -> None:
    untaken = begun()
    untaken.begin()
    assert untaken.drop(held(), 600) == untaken.drop(held(), 659) == held()


def test_a_refused_deployment_keeps_no_place_and_its_replicas_are_told_why() -> None:
    untaken = Untaken(60)
    untaken.refused({(KEY, "par1"): "the API server refused it"})
    assert untaken.drop(held(), 0).holds == ()
    told = untaken.refusal(replica(3))
    assert told is not None and (told.reason, told.sentence) == (Reason.REFUSED, "the API server refused it")
    untaken.refused({})
    assert untaken.drop(held(), 0) == held() and not untaken.rests(replica())


def test_what_its_pods_left_stays_for_those_that_come() -> None:
    (kept,) = held().holds
    left = replace(held(), holds=(replace(kept, key="pool/default/chat-1/uid"),))
    untaken = Untaken(60)
    untaken.refused({(KEY, "par1"): "the API server refused it"})
    assert untaken.drop(left, 0) == left
