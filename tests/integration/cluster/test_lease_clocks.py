"""Wall clocks decide nothing about a Lease, however wrong they are."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.integration.cluster.candidates import Candidate, lease, settled
from tests.integration.cluster.conftest import Bench, Scenario, running, until

Play = Callable[[Scenario], None]

LONG_AGO, FAR_AHEAD = "1999-12-31T23:59:59.000000Z", "2999-12-31T23:59:59.000000Z"


@pytest.mark.parametrize("wrong", [timedelta(days=400), timedelta(days=-400), timedelta(seconds=8)])
def test_wall_clocks_decide_nothing(at_the_bench: Play, wrong: timedelta) -> None:
    """The heir's clock jumps while it waits; the leader's jumps the other way, so that renewTime does too."""

    async def scenario(bench: Bench) -> None:
        first, heir = Candidate(bench, "first"), Candidate(bench, "heir")
        async with running(first.leader.run()):
            await asyncio.wait_for(first.leader.wait_leading(), 10)
            async with running(heir.leader.run()):
                await settled()
                heir.wall.wrong, first.wall.wrong = wrong, -wrong
                before = (await lease(bench))["renewTime"]
                await until(lambda: lease(bench), lambda spec: spec["renewTime"] != before)
                await settled()
                assert first.leader.may_write() and not heir.leader.leading
                first.line.cut = True
                await settled()
                heir.clock.now += 9.9
                await settled()
                assert not heir.leader.leading
                heir.clock.now += 0.2
                await asyncio.wait_for(heir.leader.wait_leading(), 10)

    at_the_bench(scenario)


@pytest.mark.parametrize("renewed", [LONG_AGO, FAR_AHEAD])
def test_a_lease_of_somebody_whose_clock_is_wrong_ends_like_any(at_the_bench: Play, renewed: str) -> None:
    async def scenario(bench: Bench) -> None:
        spec = {
            "holderIdentity": "stranger", "leaseDurationSeconds": 10, "renewTime": renewed,
            "acquireTime": renewed, "leaseTransitions": 7,
        }  # fmt: skip
        path = f"/apis/coordination.k8s.io/v1/namespaces/{bench.namespace}/leases"
        await bench.client.create(path, {"metadata": {"name": "ampacity-leader"}, "spec": spec})
        heir = Candidate(bench, "heir")
        async with running(heir.leader.run()):
            await settled()
            heir.clock.now += 9.9
            await settled()
            assert not heir.leader.leading
            heir.clock.now += 0.2
            await asyncio.wait_for(heir.leader.wait_leading(), 10)
            assert (await lease(bench))["leaseTransitions"] == 8

    at_the_bench(scenario)
