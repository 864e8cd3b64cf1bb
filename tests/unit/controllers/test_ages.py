"""Since when controllers have asked for power."""

from __future__ import annotations

from dataclasses import replace

from ampacity.controllers.ages import Ages
from ampacity.translate.records import PodRecord
from tests.builders.kube import pod

WEB = "StatefulSet/default/web"


def web(name: str, since: int) -> PodRecord:
    return replace(pod(name, owner=("StatefulSet", "web")), since=since)


def test_a_controller_is_as_old_as_the_oldest_pod_it_was_seen_with() -> None:
    ages, old, new = Ages(), web("old", 100), web("new", 200)
    ages.follow([(None, new), (None, old)], 0)
    ages.follow([(old, None)], 1)
    assert ages.since == {WEB: 100}


def test_it_is_remembered_for_a_while_without_any_pod() -> None:
    ages, only = Ages(), web("only", 100)
    ages.follow([(None, only)], 0)
    ages.follow([(only, None)], 10)
    ages.follow([], 609)
    assert ages.since == {WEB: 100}
    ages.follow([(None, web("next", 300))], 609)
    assert ages.since == {WEB: 100}


def test_it_is_forgotten_in_the_end() -> None:
    ages, only = Ages(), web("only", 100)
    ages.follow([(None, only), (only, replace(only, terminating=True))], 0)
    ages.follow([(only, None)], 10)
    ages.follow([], 610)
    assert ages.since == {}


def test_only_so_many_are_remembered() -> None:
    ages = Ages()
    pods = [replace(web(f"p{i}", i), controller=f"StatefulSet/default/{i}") for i in range(10_005)]
    ages.follow([(None, pod) for pod in pods], 0)
    ages.follow([(pod, None) for pod in pods], 1)
    assert len(ages.since) == 10_000


def test_bare_pods_and_pods_without_gpus_have_no_say() -> None:
    ages = Ages()
    other = pod("other", owner=("StatefulSet", "cpu"), gpus=0, node="n1")
    ages.follow([(None, pod("bare")), (None, other)], 0)
    assert ages.since == {}
