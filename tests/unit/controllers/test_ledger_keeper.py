"""What a keeper believes about grants under way, from one cycle to the next."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from ampacity.cluster.client import Guard
from ampacity.cluster.holds import Conflict, HoldsStore, Stored
from ampacity.cluster.results import Outcome, Result
from ampacity.controllers.ledger_keeper import LedgerKeeper
from ampacity.controllers.pools.fleet import Fleet
from ampacity.controllers.scene import Scene
from ampacity.core.ledger import Announcement, Ledger
from ampacity.core.plan import Grant
from ampacity.translate.pools.template import deployment_key
from ampacity.translate.snapshot.usage import PodIndex
from tests.builders.kube import pod
from tests.unit.ledger.builders import grant, replica, waiter

POD = pod("p1", version=10)
GRANT = grant(waiter(POD.uid, POD.resource_version))


class InMemory(HoldsStore):
    """The compare-and-swap of the holds object, without a cluster."""

    def __init__(self) -> None:
        self.stored = Stored(Ledger(), "0")

    async def load(self) -> Stored:
        return self.stored

    async def save(self, ledger: Ledger, version: str, guard: Guard | None = None) -> Stored:
        if version != self.stored.version:
            raise Conflict(version)
        self.stored = Stored(ledger, str(int(version) + 1))
        return self.stored


class Office:
    """A keeper in office and a scene with one waiting pod."""

    def __init__(self) -> None:
        self.store = InMemory()
        self.keeper = LedgerKeeper(self.store, lambda: True, "a", set())
        asyncio.run(self.keeper.take_over())
        index = PodIndex.of([POD])
        self._scene = Scene((), (), (), (), (), (), {}, index)

    def settled(self) -> Ledger:
        return self.keeper.settled(self._scene.pods, Fleet(self._scene), frozenset())

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


def test_a_pool_that_takes_no_hold_is_not_planned_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    office, began = Office(), time.time()
    office.cycle(grant(replica(controller=deployment_key("default", "chat", "par1"))))
    assert office.keeper.may_plan(replica())
    monkeypatch.setattr(time, "time", lambda: began + 61)
    office.cycle()
    assert not office.keeper.may_plan(replica()) and office.keeper.may_plan(waiter())
    monkeypatch.setattr(time, "time", lambda: began + 200)
    office.cycle()
    assert office.keeper.may_plan(replica())
