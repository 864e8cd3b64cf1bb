"""What a keeper believes about grants under way, from one cycle to the next."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from ampacity import names
from ampacity.cluster.client import Guard
from ampacity.cluster.holds import FULL, LARGEST, Conflict, HoldsStore, Stored
from ampacity.cluster.results import Outcome, Result
from ampacity.controllers.ledger_keeper import LedgerKeeper
from ampacity.controllers.pools.fleet import Fleet
from ampacity.controllers.scene import Scene
from ampacity.core.ledger import Announcement, Ledger
from ampacity.core.plan import Grant, Reason
from ampacity.translate.pools.template import deployment_key
from ampacity.translate.records import PodRecord
from ampacity.translate.snapshot.usage import PodIndex
from tests.builders.kube import node, pod
from tests.builders.world import reserved
from tests.unit.ledger.builders import grant, replica, waiter

POD = pod("p1", version=10)
GRANT = grant(waiter(POD.uid, POD.resource_version))


class InMemory(HoldsStore):
    """The compare-and-swap of the holds object, without a cluster."""

    def __init__(self) -> None:
        self.stored = Stored(Ledger(), "0")
        self.limits: list[int] = []

    async def load(self) -> Stored:
        return self.stored

    async def save(
        self, ledger: Ledger, version: str, guard: Guard | None = None, limit: int = FULL
    ) -> Stored:
        self.limits.append(limit)
        if version != self.stored.version:
            raise Conflict(version)
        self.stored = Stored(ledger, str(int(version) + 1))
        return self.stored


class Office:
    """A keeper in office and a scene with one waiting pod."""

    def __init__(self) -> None:
        self.store = InMemory()
        self.now = 0.0
        self.keeper = LedgerKeeper(self.store, lambda: True, "a", set(), clock=lambda: self.now)
        asyncio.run(self.keeper.take_over())
        index = PodIndex.of([POD])
        self.scene = Scene((), (), (), (), (), (), {}, index)

    def settled(self) -> Ledger:
        return self.keeper.settled(self.scene, Fleet(self.scene), frozenset())

    def cycle(self, *grants: Grant, outcome: Outcome | None = None) -> Announcement:
        """Settle and commit; without `outcome` the batch dies before any answer."""
        announced = asyncio.run(self.keeper.commit(self.settled(), grants))
        if outcome is not None:
            results = [Result(each.waiter.uid, outcome) for each in announced.fenced]
            self.keeper.answered(announced.fenced, results)
        return announced

    def fenced(self) -> list[str]:
        return [entry.uid for entry in self.settled().fence]

    def doubtful(self) -> list[str]:
        return [entry.uid for entry in self.keeper.doubtful(self.settled())]


def test_the_same_grant_again_is_not_withdrawn_for_the_first_ones_refusal() -> None:
    office = Office()
    office.cycle(GRANT, outcome=Outcome.DROPPED)
    office.cycle(GRANT, outcome=Outcome.UNKNOWN)
    assert office.fenced() == office.doubtful() == [POD.uid]


def test_the_same_grant_again_goes_out_with_a_sequence_on_record() -> None:
    office = Office()
    first = office.cycle(GRANT, outcome=Outcome.DROPPED)
    again = office.cycle(GRANT)
    assert again.ledger.sequence > first.ledger.sequence
    assert office.store.stored.ledger == again.ledger


def test_a_refused_grant_is_withdrawn() -> None:
    office = Office()
    office.cycle(GRANT, outcome=Outcome.DROPPED)
    assert office.fenced() == office.doubtful() == []


def test_a_batch_that_dies_leaves_its_grants_in_doubt() -> None:
    office = Office()
    office.cycle(GRANT)
    assert office.doubtful() == [POD.uid]
    office.keeper.changed([Result(POD.uid, Outcome.APPLIED)])
    assert office.doubtful() == [] and office.fenced() == [POD.uid]


@pytest.mark.parametrize("outcome", [Outcome.APPLIED, Outcome.DROPPED])
def test_a_clear_answer_ends_the_doubt(outcome: Outcome) -> None:
    office = Office()
    announced = office.cycle(GRANT, outcome=outcome)
    assert office.keeper.doubtful(announced.ledger) == ()


def test_an_unchanged_ledger_is_not_written() -> None:
    office = Office()
    before = office.store.stored
    office.cycle()
    assert office.store.stored == before


def test_a_grant_elsewhere_is_kept_after_a_refusal() -> None:
    office = Office()
    office.cycle(GRANT, outcome=Outcome.DROPPED)
    moved = replace(GRANT, node="n2")
    office.cycle(moved, outcome=Outcome.UNKNOWN)
    assert [entry.node for entry in office.settled().fence] == ["n2"]


def test_a_pool_that_takes_no_hold_is_not_planned_for_a_while() -> None:
    office = Office()
    office.cycle(grant(replica(controller=deployment_key("default", "chat", "par1"))))
    office.settled()
    assert office.keeper.may_plan(replica())
    office.now = 60
    office.cycle()
    assert not office.keeper.may_plan(replica()) and office.keeper.may_plan(waiter())
    (told,) = office.keeper.resting([replica(), waiter()])
    assert (told.waiter, told.reason) == (replica(), Reason.NOT_TAKEN)
    office.now = 180
    office.cycle()
    assert office.keeper.may_plan(replica())


class TestPlacesLeft:
    """What pods left is held by the next write, and only for its time."""

    @staticmethod
    def office(*left: PodRecord, owed: int = 1, **scene: Any) -> Office:
        office = Office()
        office.scene = replace(
            office.scene, nodes=(node(),), left=left, owed={left[0].controller: owed}, **scene
        )
        return office

    def test_a_place_left_is_held_and_written(self) -> None:
        office = self.office(reserved(web("web-1", node="n1"), 700_000))
        (hold,) = office.cycle().ledger.holds
        assert (hold.controller, hold.node, hold.load.power) == ("Deployment/default/web", "n1", 700_000)
        assert office.store.stored.ledger.holds == (hold,)

    def test_it_goes_after_its_time_and_the_clock_on_the_wall_has_no_say(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        office = self.office(reserved(web("web-1", node="n1"), 700_000))
        office.cycle()
        office.scene = replace(office.scene, left=(), owed={})
        for jump in (10**9, -(10**9)):
            monkeypatch.setattr(time, "time", lambda jump=jump: 1.7e9 + jump)
            assert len(office.cycle().ledger.holds) == 1
        office.now = 61
        assert office.cycle().ledger.holds == ()

    def test_a_pod_that_was_given_up_leaves_nothing(self) -> None:
        pod = reserved(web("web-1", node="n1"), 700_000)
        office = self.office(pod)
        assert office.keeper.settled(office.scene, Fleet(office.scene), frozenset(), {pod.uid}).holds == ()

    def test_nothing_is_held_on_a_node_that_is_cordoned_shut_or_gone(self) -> None:
        office = self.office(reserved(web("web-1", node="n1"), 700_000))
        fleet = Fleet(office.scene)
        assert office.keeper.settled(office.scene, fleet, frozenset({"n1"})).holds == ()
        for nodes in ((node(unschedulable=True),), ()):
            office.scene = replace(office.scene, nodes=nodes)
            assert office.settled().holds == ()

    def test_nothing_is_held_where_somebody_else_is_by_now(self) -> None:
        pods = [reserved(web(f"web-{number}", node="n1", gpus=4), 700_000) for number in range(3)]
        rival = reserved(pod("rival", node="n1", gpus=3), 700_000)
        office = self.office(*pods, owed=3, index=PodIndex.of([rival]))
        assert len(office.settled().holds) == 1

    def test_a_hold_makes_way_for_pods_of_another_size(self) -> None:
        office = self.office(reserved(web("web-1", node="n1"), 700_000))
        office.scene = replace(office.scene, index=PodIndex.of([web("web-2", gpus=2)]))
        assert office.settled().holds == ()

    def test_a_pool_keeps_what_it_is_due_and_nothing_once_it_is_gone(self) -> None:
        at_edge = reserved(
            web("chat-1", node="n1", owner=("ReplicaSet", "chat-edge-abc"), labels={names.POOL: "chat"}), 1
        )
        gone = self.office(replace(at_edge, namespace="ai", pool="ai/chat"), owed=0)
        assert gone.settled().holds == ()


WEB = ("ReplicaSet", "web-abc")


def web(name: str, *, labels: dict[str, str] | None = None, **more: Any) -> PodRecord:
    """A pod of the Deployment default/web, unless another owner is said."""
    return pod(name, labels={"pod-template-hash": "abc", **(labels or {})}, **{"owner": WEB, **more})


def test_a_full_ledger_can_be_taken_over_and_settled_but_takes_no_more_grants() -> None:
    office = Office()
    office.cycle(GRANT, outcome=Outcome.DROPPED)
    office.cycle()
    assert office.store.limits == [FULL, LARGEST, FULL]
