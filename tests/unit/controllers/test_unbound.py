"""Pods that no scheduler binds: who is given up, who is reported, and what waits for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ampacity.controllers.scene import Scene
from ampacity.controllers.unbound import Unbound
from ampacity.core.ledger import Ledger
from ampacity.core.plan import Reason, Refusal
from ampacity.core.snapshot import Requirement, Waiter
from ampacity.translate.records import PodRecord
from ampacity.translate.snapshot.usage import PodIndex
from ampacity.translate.snapshot.waiting import pod_waiter
from tests.builders.kube import pod
from tests.builders.power import kw
from tests.builders.world import fence, ledger, reserved

NO = "0/3 nodes are available"
DEPLOYMENT, JOB = ("ReplicaSet", "web-abc"), ("Job", "train")


def made(name: str, owner: tuple[str, str] = DEPLOYMENT, revision: str = "abc") -> PodRecord:
    """A waiting pod."""
    return pod(name, owner=owner, labels={"pod-template-hash": revision})


def unbound(name: str, owner: tuple[str, str] = DEPLOYMENT, says: str = NO) -> PodRecord:
    """A pod with 3 kW that nobody has bound."""
    return replace(reserved(made(name, owner), kw(3)), waiting=False, scheduler=says)


def bound(record: PodRecord) -> PodRecord:
    return replace(record, bound=True, scheduler="")


def scene(*pods: PodRecord) -> Scene:
    waits = tuple(one for one in pods if not one.waiting and not one.bound)
    return Scene((), (), (), (), (), (), {}, PodIndex.of(pods), unbound=waits)


class Watch:
    """`Unbound` with two minutes of patience and a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.unbound = Unbound(120, clock=lambda: self.now, wall=lambda seconds: f"in {seconds:g} s")

    def at(self, now: float, *pods: PodRecord) -> Watch:
        self.now = now
        self.unbound.look(scene(*pods))
        return self

    def evicts(self) -> list[str]:
        return [stuck.pod.name for stuck in self.unbound.to_evict()]

    def reports(self) -> list[str]:
        return [stuck.sentence for stuck in self.unbound.reported]

    def bars(self, *pods: PodRecord, written: Ledger | None = None, also: tuple[PodRecord, ...] = ()) -> Any:
        waiters = [pod_waiter(one, one.shape, None) for one in pods]
        found = self.unbound.retries.split(scene(*pods, *also), written or Ledger(), waiters)
        assert len(found.free) + len(found.refused) == len(pods)
        return {one.waiter.uid: one.sentence for one in found.refused if one.reason is Reason.BACKING_OFF}

    def excluded(self, *pods: PodRecord) -> list[tuple[str, ...]]:
        """The nodes that those who may be planned may not get."""
        waiters = [pod_waiter(one, one.shape, None) for one in pods]
        free = self.unbound.retries.split(scene(*pods), Ledger(), waiters).free
        return [term[-1].values if term else () for one in free for term in one.shape.node_terms]


def test_a_pod_that_is_replaced_is_given_up_after_its_time() -> None:
    watch, stuck = Watch(), unbound("web-1")
    assert watch.at(0, stuck).evicts() == [] and watch.at(119, stuck).evicts() == []
    assert watch.at(120, stuck).evicts() == ["web-1"] and watch.reports() == []
    assert stuck.uid in watch.unbound.given_up


def test_an_eviction_that_did_not_succeed_is_tried_again_after_a_while() -> None:
    watch, stuck = Watch(), unbound("web-1")
    assert watch.at(0, stuck).at(120, stuck).evicts() == ["web-1"]
    assert watch.at(124, stuck).evicts() == []
    assert watch.at(125, stuck).evicts() == ["web-1"]


def test_a_pod_of_a_job_and_a_bare_pod_are_only_reported() -> None:
    watch = Watch()
    pods = [unbound("train-1", JOB), replace(unbound("bare"), controller="Pod/default/bare")]
    assert watch.at(0, *pods).at(130, *pods).evicts() == []
    sentence = f"granted 3 kW on node n1 130 s ago and not bound since (its scheduler says: {NO})"
    assert watch.reports() == [sentence, sentence]


def test_a_scheduler_that_says_nothing_has_ten_times_as_long() -> None:
    watch, stuck = Watch(), unbound("web-1", says="")
    assert watch.at(0, stuck).at(1_199, stuck).evicts() == []
    assert watch.at(1_200, stuck).evicts() == ["web-1"]


def test_a_pod_that_is_bound_or_gone_in_time_is_forgotten() -> None:
    watch, stuck = Watch(), unbound("web-1")
    assert watch.at(0, stuck).at(100, bound(stuck)).at(150).evicts() == []
    assert watch.bars(made("web-2")) == {}


def test_its_successor_rests_and_says_until_when() -> None:
    watch, stuck = Watch(), unbound("web-1")
    watch.at(0, stuck).at(120, stuck)
    failed = f"web-1 was granted 3 kW on node n1 and was not bound within 120 s (its scheduler says: {NO})"
    assert watch.bars(made("web-2")) == {"uid-web-2": f"{failed}; try 2 comes after in 120 s"}


def test_another_template_of_the_same_controller_does_not_rest() -> None:
    watch, stuck = Watch(), unbound("web-1")
    watch.at(0, stuck).at(120, stuck)
    assert watch.bars(made("web-2", ("ReplicaSet", "web-def"), "def")) == {}


def test_after_the_rest_one_is_tried_alone() -> None:
    watch, stuck, successors = Watch(), unbound("web-1"), [made("web-2"), made("web-3")]
    watch.at(0, stuck).at(120, stuck).at(240, *successors)
    assert set(watch.bars(*successors)) == {"uid-web-3"}
    announced = ledger(fence(successors[0]))
    assert set(watch.bars(successors[1], written=announced, also=(successors[0],))) == {"uid-web-3"}
    assert set(watch.bars(successors[1], also=(unbound("web-2"),))) == {"uid-web-3"}


def test_once_that_one_is_bound_all_others_follow() -> None:
    watch, stuck, second, third = Watch(), unbound("web-1"), made("web-2"), made("web-3")
    watch.at(0, stuck).at(120, stuck).at(240, second, third)
    watch.bars(second, third)
    assert watch.at(241, bound(unbound("web-2")), third).bars(third) == {}


def test_if_it_fails_too_they_rest_twice_as_long() -> None:
    watch, first, second = Watch(), unbound("web-1"), unbound("web-2")
    watch.at(0, first).at(120, first).at(240, second).at(360, second)
    (sentence,) = watch.bars(made("web-3")).values()
    assert sentence.endswith("try 3 comes after in 240 s")


def test_pods_of_a_job_wait_for_the_one_that_is_stuck() -> None:
    watch, stuck = Watch(), unbound("train-1", JOB)
    for now in (0, 120, 500, 3_000):
        watch.at(now, stuck)
    (sentence,) = watch.bars(made("train-2", JOB), also=(stuck,)).values()
    assert sentence.endswith("another pod of its template is tried first")


def test_replicas_of_a_pool_that_is_not_known_do_not_rest() -> None:
    watch, stuck = Watch(), unbound("web-1")
    watch.at(0, stuck).at(120, stuck)
    replica = Waiter("replica/default/chat/0", "default/chat/0", made("x").shape)
    assert watch.unbound.retries.split(scene(), Ledger(), [replica]).free == (replica,)


def test_the_next_try_goes_to_another_node_and_so_do_those_after_a_success() -> None:
    watch, stuck, successors = Watch(), unbound("web-1"), [made("web-2"), made("web-3")]
    watch.at(0, stuck).at(120, stuck).at(240, *successors)
    assert watch.excluded(*successors) == [("n1",)]
    watch.at(241, bound(unbound("web-2")), successors[1])
    assert watch.excluded(successors[1]) == [("n1",)]


def test_other_terms_stay_and_one_that_matches_nothing_goes_on_so() -> None:
    watch, stuck = Watch(), unbound("web-1")
    watch.at(0, stuck).at(120, stuck).at(240)
    terms = ((Requirement("zone", "In", ("a",)),), ())
    picky = replace(made("web-2"), shape=replace(made("web-2").shape, node_terms=terms))
    assert watch.excluded(picky) == [("n1",), ()]


def test_who_finds_nothing_else_may_go_anywhere() -> None:
    watch, stuck, next_ = Watch(), unbound("web-1"), made("web-2")
    watch.at(0, stuck).at(120, stuck).at(240, next_)
    (free,) = watch.unbound.retries.split(scene(next_), Ledger(), [pod_waiter(next_, next_.shape, None)]).free
    watch.unbound.retries.unplaced(scene(next_), [Refusal(free, Reason.NO_MATCHING_NODE, "")])
    assert watch.excluded(next_) == []
