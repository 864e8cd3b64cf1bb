"""The holds object on the real API server."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ampacity.cluster.errors import NotAllowed
from ampacity.cluster.holds import Conflict, HoldsStore, HoldsTooLarge
from ampacity.core.ledger import Ledger
from ampacity.translate.ledger.codec import LedgerUnreadable
from tests.builders.world import hold, ledger
from tests.integration.cluster.conftest import Bench, Scenario

Play = Callable[[Scenario], None]


def test_begins_empty_and_keeps_what_was_saved(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        store = HoldsStore(bench.client, bench.namespace)
        first = await store.load()
        assert (first.ledger, first.version) == (Ledger(), "")
        saved = await store.save(ledger(hold()), first.version)
        assert await store.load() == saved
        later = await store.save(replace(saved.ledger, sequence=2), saved.version)
        assert later.version != saved.version
        assert (await store.load()).ledger.sequence == 2

    at_the_bench(scenario)


def test_who_comes_second_writes_nothing(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        ours, theirs = (HoldsStore(bench.client, bench.namespace) for _ in range(2))
        begun = await ours.load()
        first = await theirs.save(Ledger(writer="theirs"), begun.version)
        with pytest.raises(Conflict):
            await ours.save(Ledger(writer="ours"), begun.version)
        await theirs.save(Ledger(writer="theirs again"), first.version)
        with pytest.raises(Conflict):
            await ours.save(Ledger(writer="ours"), first.version)
        assert (await ours.load()).ledger.writer == "theirs again"

    at_the_bench(scenario)


def test_a_deleted_object_is_a_conflict_too(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        store = HoldsStore(bench.client, bench.namespace)
        saved = await store.save(Ledger(), "")
        await bench.client.delete(f"/api/v1/namespaces/{bench.namespace}/configmaps/ampacity-holds")
        with pytest.raises(Conflict):
            await store.save(Ledger(), saved.version)

    at_the_bench(scenario)


def test_who_may_not_write_does_not(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        store = HoldsStore(bench.client, bench.namespace)
        with pytest.raises(NotAllowed):
            await store.save(Ledger(), "", guard=lambda: False)
        assert (await store.load()).version == ""

    at_the_bench(scenario)


@pytest.mark.parametrize("data", [{}, {"ledger": ""}, {"ledger": "{}"}])
def test_an_object_that_somebody_else_made_is_no_empty_ledger(
    data: dict[str, str], at_the_bench: Play
) -> None:
    async def scenario(bench: Bench) -> None:
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ampacity-holds"}, "data": data}
        await bench.client.create(f"/api/v1/namespaces/{bench.namespace}/configmaps", body)
        with pytest.raises(LedgerUnreadable):
            await HoldsStore(bench.client, bench.namespace).load()

    at_the_bench(scenario)


def test_two_thousand_holds_fit_and_too_many_are_refused_before_they_are_sent(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        store = HoldsStore(bench.client, bench.namespace)
        many = [
            hold(f"key-{number}", controller=f"Deployment/a/{'x' * 60}{number}") for number in range(12_000)
        ]
        saved = await store.save(ledger(*many[:2000]), "")
        with pytest.raises(HoldsTooLarge, match="12000 ledger entries"):
            await store.save(ledger(*many), saved.version)
        assert await store.load() == saved

    at_the_bench(scenario)
