"""Pools whose holds nobody takes lose them and rest."""

from __future__ import annotations

from dataclasses import replace

from ampacity.controllers.untaken import Untaken
from ampacity.core.ledger import Ledger, announce
from ampacity.translate.pools.template import deployment_key
from tests.unit.ledger.builders import AT, grant, led, replica, waiter

KEY = deployment_key("default", "chat", "par1")


def held() -> Ledger:
    return announce(led(), [grant(replica(controller=KEY))], AT).ledger


def begun() -> Untaken:
    untaken = Untaken()
    untaken.begin(AT)
    return untaken


def test_a_hold_nobody_takes_goes_and_its_pool_rests() -> None:
    untaken = begun()
    assert untaken.drop(held(), AT + 59) == held() and not untaken.rests(replica())
    assert untaken.drop(held(), AT + 60).holds == ()
    assert untaken.rests(replica(7))


def test_only_replicas_of_that_pool_rest() -> None:
    untaken = begun()
    untaken.drop(held(), AT + 60)
    assert not untaken.rests(waiter("pod-1"))
    assert not untaken.rests(replace(replica(), uid="replica/default/other/0"))
    assert not untaken.rests(replace(replica(), uid="replica/elsewhere/chat/0"))


def test_a_rest_ends() -> None:
    untaken = begun()
    untaken.drop(held(), AT + 60)
    untaken.drop(led(), AT + 179)
    assert untaken.rests(replica())
    untaken.drop(led(), AT + 180)
    assert not untaken.rests(replica())


def test_a_controller_that_makes_pods_has_its_full_time_after_each() -> None:
    untaken = begun()
    untaken.seen([KEY], AT + 50)
    assert untaken.drop(held(), AT + 109) == held()
    assert untaken.drop(held(), AT + 110).holds == ()


def test_a_new_leader_waits_its_own_time() -> None:
    untaken = Untaken()
    untaken.begin(AT + 500)
    assert untaken.drop(held(), AT + 501) == held()
