"""Which replicas count as standing, what of them may stay, and what of them distribution may move."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ampacity import names
from ampacity.core.distribution.model import Choice
from ampacity.core.snapshot import Taint
from ampacity.translate.distribution import Capacities, standing_of, task_of
from ampacity.translate.pools.template import deployment_key
from ampacity.translate.records import World
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.asked import LULEA, PARIS, ask, pool, region, running, site, targets, world
from tests.builders.kube import pod
from tests.builders.world import fence, hold


def test_replicas_that_run_are_what_is_current() -> None:
    found = running(world([PARIS, LULEA], [pool("chat", region("paris"))]), "paris-r1-1", "paris-r1-1")
    question, decision = ask(found)
    assert question.task.current == {Choice("default/chat", "paris", "box"): 2}
    [room] = [one for one in question.task.sites if one.name == "paris"]
    assert [berth.slots for berth in room.berths] == [8], "their own places are theirs to have"
    assert decision.choices(decision.settled[0])[0][1:] == (Choice("default/chat", "paris", "box"), 1)


def test_a_place_that_is_kept_counts_and_a_pod_on_its_way_out_does_not() -> None:
    found = world([PARIS], [pool("chat", region("paris"))])
    kept = hold(controller="Deployment/default/chat-paris", node="paris-r1-1", site="paris")
    found = replace(running(found, "paris-r1-1"), ledger=replace(found.ledger, holds=(kept,)))
    leaving = tuple(replace(one, terminating=True) for one in found.pods)
    assert sum(ask(found)[0].task.current.values()) == 2
    assert sum(ask(replace(found, pods=leaving))[0].task.current.values()) == 1


def test_a_grant_that_is_under_way_counts_until_its_pod_is_seen_with_it() -> None:
    found = world([PARIS], [pool("chat", region("paris"))])
    labels = {names.POOL: "chat", names.SITE: "paris"}
    waiting = pod("chat-a", labels=labels, owner=("Deployment", "chat-paris"))
    announced = replace(fence(waiting, node="paris-r1-1"), site="paris")
    found = replace(found, pods=(waiting,), ledger=replace(found.ledger, fence=(announced,)))
    assert sum(ask(found)[0].task.current.values()) == 1
    landed = replace(waiting, waiting=False, node="paris-r1-1")
    assert sum(ask(replace(found, pods=(landed,)))[0].task.current.values()) == 1


def _cordoned(found: World) -> World:
    return replace(found, nodes=tuple(replace(node, unschedulable=True) for node in found.nodes))


def _silent(found: World) -> World:
    return replace(found, nodes=tuple(replace(node, ready=False) for node in found.nodes))


def _just_back(found: World) -> World:
    taint = Taint("node.kubernetes.io/not-ready", "", "NoSchedule")
    return replace(found, nodes=tuple(replace(node, taints=(taint,)) for node in found.nodes))


@pytest.mark.parametrize("trouble", [_cordoned, _silent, _just_back])
def test_what_runs_where_nothing_can_begin_may_stay(trouble: Callable[[World], World]) -> None:
    """On cordoned nodes, at a site that is merely cut off, and where nodes are just back."""
    found = running(trouble(world([PARIS], [pool("chat", region("paris", 20))])), *["paris-r1-1"] * 3)
    assert targets(found)["default/chat"].replicas == {("paris", "box"): 3}


def test_one_node_that_does_not_answer_serves_nobody() -> None:
    found = running(world([LULEA], [pool("chat", region("lulea", 20))]), "lulea-r1-1", "lulea-r2-1")
    nodes = tuple(replace(node, ready=node.name != "lulea-r2-1") for node in found.nodes)
    question, _ = ask(replace(found, nodes=nodes))
    assert question.serving == {Choice("default/chat", "lulea", "box"): ["lulea-r1-1"]}


def test_a_closed_site_serves_nothing_and_says_why() -> None:
    found = running(world([PARIS, LULEA], [pool("chat", region("lulea", 2))]), "lulea-r1-1")
    question, decision = ask(found, {"lulea": "no node of it has answered for 60 s"})
    assert question.task.current == {}
    assert not decision.counts.any()


def test_a_profile_that_is_named_twice_belongs_to_the_name_liked_better() -> None:
    twice = pool("chat", region("paris"), accelerators=["box-8", "box"])
    question, _ = ask(running(world([PARIS], [twice]), "paris-r1-1"))
    assert [variant.name for variant in question.task.pools[0].variants] == ["box-8"]
    assert question.task.current == {Choice("default/chat", "paris", "box-8"): 1}


@pytest.mark.parametrize("name", ["a" * 63, "a" * 45 + "-" * 9 + "b" * 9, "a-b"])
def test_places_of_pools_whose_names_are_cut(name: str) -> None:
    found = world([PARIS], [pool(name, region("paris"))])
    own = hold(controller=deployment_key("default", name, "paris"), node="paris-r1-1", site="paris")
    other = replace(own, key="2.1.0", controller=deployment_key("default", "other", "paris"))
    found = replace(found, ledger=replace(found.ledger, holds=(own, other)))
    assert ask(found)[0].task.current == {Choice(f"default/{name}", "paris", "box"): 1}


def test_what_is_kept_between_questions_makes_no_difference() -> None:
    """Whatever changes: what runs, who may take pods, which shapes are asked about, an envelope."""
    kept = Capacities()
    start = world([PARIS, LULEA], [pool("chat", region("paris", 9))])
    wide = site("paris", 2, latency=PARIS["spec"]["latency"])
    larger = world([wide, LULEA], [pool("chat", region("paris", 9))])
    two = world([PARIS, LULEA], [pool("chat", region("paris", 9)), pool("big", region("paris"), priority=1)])
    crowded = replace(start, pods=(pod("other", gpus=4, node="paris-r1-1"),))
    for found in (start, start, running(start, "paris-r1-1"), _cordoned(start), crowded, two, larger, start):
        snapshot = build_snapshot(found)
        standing = standing_of(found, snapshot)
        fresh = task_of(found, snapshot, standing, {})
        assert task_of(found, snapshot, standing, {}, capacities=kept).task == fresh.task
