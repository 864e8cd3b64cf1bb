"""One process's ledger against its object in the cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from ampacity.cluster import holds
from ampacity.cluster.access import find_access
from ampacity.cluster.client import Client
from ampacity.cluster.holds import Conflict, HoldsStore
from ampacity.cluster.results import Outcome, Result
from ampacity.controllers import ledger_keeper
from ampacity.controllers.ledger_keeper import LedgerKeeper
from ampacity.core.ledger import Ledger
from hack.cluster import LocalCluster
from tests.unit.ledger.builders import grant, waiter

EMPTY = Ledger()


class Office:
    """Keepers of one ledger, in a namespace of their own."""

    def __init__(self, client: Client, namespace: str) -> None:
        self._client, self._namespace = client, namespace
        self.path = f"/api/v1/namespaces/{namespace}/configmaps/ampacity-holds"

    async def keeper(self, name: str = "a") -> LedgerKeeper:
        """A keeper that has just taken over."""
        store = HoldsStore(self._client, self._namespace)
        keeper = LedgerKeeper(store, lambda: True, name, set())
        await keeper.take_over()
        return keeper

    async def stored(self) -> holds.Stored:
        """What is written."""
        return await HoldsStore(self._client, self._namespace).load()


Scenario = Callable[[Office], Awaitable[None]]


@pytest.fixture
def in_office(cluster: LocalCluster, namespace: str) -> Callable[[Scenario], None]:
    """Runs a scenario with the real API server."""

    async def play(scenario: Scenario) -> None:
        async with Client(find_access(cluster.kubeconfig)) as client, asyncio.timeout(60):
            await scenario(Office(client, namespace))

    return lambda scenario: asyncio.run(play(scenario))


def test_whoever_took_over_last_is_the_only_one_who_writes(in_office: Callable[[Scenario], None]) -> None:
    async def scenario(office: Office) -> None:
        first = await office.keeper("a")
        second = await office.keeper("b")
        with pytest.raises(Conflict):
            await first.commit((await office.stored()).ledger, (grant(),))
        assert not first.in_office
        announced = await second.commit((await office.stored()).ledger, (grant(),))
        assert (await office.stored()).ledger == announced.ledger
        assert (announced.ledger.epoch, announced.ledger.writer) == (2, "b")

    in_office(scenario)


def test_an_unchanged_ledger_is_not_written(in_office: Callable[[Scenario], None]) -> None:
    async def scenario(office: Office) -> None:
        keeper = await office.keeper()
        before = await office.stored()
        await keeper.commit(before.ledger, ())
        assert await office.stored() == before

    in_office(scenario)


def test_what_does_not_fit_is_deferred(
    in_office: Callable[[Scenario], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(office: Office) -> None:
        keeper = await office.keeper()
        many = tuple(grant(waiter(f"pod-{i}")) for i in range(8))
        monkeypatch.setattr(ledger_keeper, "LARGEST", 450)
        announced = await keeper.commit((await office.stored()).ledger, many)
        assert 0 < len(announced.fenced) < 8
        assert announced.deferred == 8 - len(announced.fenced)
        assert (await office.stored()).ledger == announced.ledger

    in_office(scenario)


def test_a_refused_grant_waits_for_another_version_of_its_pod(in_office: Callable[[Scenario], None]) -> None:
    async def scenario(office: Office) -> None:
        keeper = await office.keeper()
        announced = await keeper.commit((await office.stored()).ledger, (grant(),))
        keeper.answered(announced.fenced, [Result("pod-1", Outcome.DROPPED, message="409")])
        assert not keeper.may_plan(waiter())
        assert keeper.may_plan(waiter(version="11"))
        assert keeper.may_plan(waiter("other"))

    in_office(scenario)


def test_a_lost_answer_is_doubtful_until_the_pod_is_changed(in_office: Callable[[Scenario], None]) -> None:
    async def scenario(office: Office) -> None:
        keeper = await office.keeper()
        announced = await keeper.commit((await office.stored()).ledger, (grant(),))
        lost = Result("pod-1", Outcome.UNKNOWN)
        keeper.answered(announced.fenced, [lost])
        assert [entry.uid for entry in keeper.doubtful(announced.ledger)] == ["pod-1"]
        keeper.changed([replace(lost, outcome=Outcome.APPLIED)])
        assert keeper.doubtful(announced.ledger) == ()

    in_office(scenario)


def test_who_leaves_takes_off_what_was_never_sent(in_office: Callable[[Scenario], None]) -> None:
    """One was granted, one was never sent, of one nobody knows: the next leader looks after that."""

    async def scenario(office: Office) -> None:
        keeper = await office.keeper()
        granted, unsent, unknown = (grant(waiter(f"pod-{n}")) for n in range(3))
        placed = (granted, unsent, unknown)
        announced = await keeper.commit(EMPTY, placed)
        outcomes = (Outcome.APPLIED, Outcome.DROPPED, Outcome.UNKNOWN)
        answers = [Result(one.waiter.uid, how) for one, how in zip(announced.fenced, outcomes, strict=True)]
        keeper.answered(announced.fenced, answers)
        await keeper.leave(lambda: True)
        assert not keeper.in_office
        assert {entry.uid for entry in (await office.stored()).ledger.fence} == {
            granted.waiter.uid,
            unknown.waiter.uid,
        }

    in_office(scenario)


def test_who_leaves_after_another_took_over_changes_nothing(in_office: Callable[[Scenario], None]) -> None:
    async def scenario(office: Office) -> None:
        keeper = await office.keeper("a")
        announced = await keeper.commit(EMPTY, (grant(waiter("pod")),))
        keeper.answered(announced.fenced, [Result(announced.fenced[0].waiter.uid, Outcome.DROPPED)])
        await office.keeper("b")
        written = (await office.stored()).version
        with pytest.raises(Conflict):
            await keeper.leave(lambda: True)
        assert (await office.stored()).version == written

    in_office(scenario)
