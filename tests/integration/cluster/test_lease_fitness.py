"""Who is not fit to lead neither campaigns nor holds on, so that somebody else can."""

import asyncio
from collections.abc import Callable

from ampacity.cluster.lease import Leader
from tests.integration.cluster.candidates import lease, settled
from tests.integration.cluster.conftest import Bench, Scenario, running

Play = Callable[[Scenario], None]


def test_the_lease_goes_to_one_that_is_fit(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        fit = {"first"}
        first, second = (_candidate(bench, name, fit) for name in ("first", "second"))
        async with running(first.run(), second.run()):
            await asyncio.wait_for(first.wait_leading(), 10)
            fit.symmetric_difference_update({"first", "second"})
            await asyncio.wait_for(second.wait_leading(), 10)
            assert not first.leading and not first.may_write()
            assert (await lease(bench))["holderIdentity"] == second.holder

    at_the_bench(scenario)


def test_nobody_fit_leaves_the_lease_free(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        fit: set[str] = {"only"}
        only = _candidate(bench, "only", fit)
        async with running(only.run()):
            await asyncio.wait_for(only.wait_leading(), 10)
            fit.clear()
            await asyncio.wait_for(only.wait_lost(), 10)
            await settled()
            assert (await lease(bench))["holderIdentity"] == "" and only.settled
            fit.add("only")
            await asyncio.wait_for(only.wait_leading(), 10)

    at_the_bench(scenario)


def _candidate(bench: Bench, name: str, fit: set[str]) -> Leader:
    return Leader(bench.client, bench.namespace, name, retry=0.05, fit=lambda: name in fit)
