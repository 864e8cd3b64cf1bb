"""Leader election on a real Lease, with clocks that the test moves."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ampacity.cluster.client import Client
from ampacity.cluster.errors import Unreachable
from ampacity.cluster.lease import Leader
from tests.integration.cluster.conftest import Bench, Scenario, running, until

Play = Callable[[Scenario], None]


@dataclass
class Clock:
    now: float = 500.0

    def __call__(self) -> float:
        return self.now


class Line(Client):
    """Somebody's line to the API server, which can be cut."""

    def __init__(self, through: Client) -> None:
        self._through = through
        self.cut = False

    async def get(self, *args: Any, **more: Any) -> dict[str, Any]:
        return await self._whole().get(*args, **more)

    async def create(self, *args: Any, **more: Any) -> dict[str, Any]:
        return await self._whole().create(*args, **more)

    async def replace(self, *args: Any, **more: Any) -> dict[str, Any]:
        return await self._whole().replace(*args, **more)

    def _whole(self) -> Client:
        if self.cut:
            raise Unreachable("Connection", "the line is cut")
        return self._through


@dataclass
class Candidate:
    """A candidate with a clock and a line of its own, and what it was told."""

    bench: Bench
    name: str
    clock: Clock = field(default_factory=Clock)
    told: list[bool] = field(default_factory=list)
    line: Line = field(init=False)
    leader: Leader = field(init=False)

    def __post_init__(self) -> None:
        self.line = Line(self.bench.client)
        self.leader = Leader(
            self.line, self.bench.namespace, self.name,
            retry=0.02, clock=self.clock, on_change=self.told.append,
        )  # fmt: skip


async def lease(bench: Bench) -> dict:
    path = f"/apis/coordination.k8s.io/v1/namespaces/{bench.namespace}/leases/ampacity-leader"
    return (await bench.client.get(path))["spec"]


async def settled() -> None:
    """Time for several tries of every candidate."""
    await asyncio.sleep(0.3)


def test_one_of_two_leads_and_hands_over_when_it_stops(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        first, second = Candidate(bench, "first"), Candidate(bench, "second")
        async with running(second.leader.run()):
            async with running(first.leader.run()):
                await until(settled, lambda _: first.leader.leading or second.leader.leading)
                leads, waits = (first, second) if first.leader.leading else (second, first)
                assert leads.leader.may_write() and not waits.leader.may_write()
                assert (await lease(bench))["holderIdentity"] == leads.leader.holder
            await asyncio.wait_for(second.leader.wait_leading(), 10)
            assert not first.leader.may_write()
        assert (await lease(bench))["holderIdentity"] == ""

    at_the_bench(scenario)


def test_a_dead_leader_is_replaced_only_after_its_lease_has_expired(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        dead, heir = Candidate(bench, "dead"), Candidate(bench, "heir")
        async with running(dead.leader.run()):
            await asyncio.wait_for(dead.leader.wait_leading(), 10)
            dead.line.cut = True
        async with running(heir.leader.run()):
            await settled()
            heir.clock.now += 14.9
            await settled()
            assert not heir.leader.leading
            heir.clock.now += 0.2
            await asyncio.wait_for(heir.leader.wait_leading(), 10)
            assert (await lease(bench))["leaseTransitions"] == 1

    at_the_bench(scenario)


def test_who_is_cut_off_stops_writing_in_time_and_learns_that_another_leads(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        lost, heir = Candidate(bench, "lost"), Candidate(bench, "heir")
        async with running(lost.leader.run()):
            await asyncio.wait_for(lost.leader.wait_leading(), 10)
            lost.line.cut = True
            await settled()
            lost.clock.now += 9.9
            assert lost.leader.may_write()
            lost.clock.now += 0.2
            assert not lost.leader.may_write(), "no writes from 5 s before the lease can expire"
            await asyncio.wait_for(lost.leader.wait_lost(), 10)
            async with running(heir.leader.run()):
                await settled()
                heir.clock.now += 15
                await asyncio.wait_for(heir.leader.wait_leading(), 10)
                lost.line.cut = False
                await settled()
                assert heir.leader.may_write() and not lost.leader.may_write()
        assert lost.told == [True, False]

    at_the_bench(scenario)


def test_who_was_cut_off_for_a_moment_leads_on(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        candidate = Candidate(bench, "first")
        async with running(candidate.leader.run()):
            await asyncio.wait_for(candidate.leader.wait_leading(), 10)
            candidate.line.cut = True
            candidate.clock.now += 9
            await settled()
            candidate.line.cut = False
            await settled()
            candidate.clock.now += 9
            assert candidate.leader.may_write()
            assert candidate.told == [True]

    at_the_bench(scenario)


def test_somebody_elses_edit_of_the_lease_does_not_cost_the_lead(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        candidate = Candidate(bench, "first")
        async with running(candidate.leader.run()):
            await asyncio.wait_for(candidate.leader.wait_leading(), 10)
            path = f"/apis/coordination.k8s.io/v1/namespaces/{bench.namespace}/leases/ampacity-leader"
            await bench.client.patch(path, {"metadata": {"labels": {"a": "b"}}})
            await settled()
            before = (await lease(bench))["renewTime"]
            await until(lambda: lease(bench), lambda spec: spec["renewTime"] > before)
            assert candidate.told == [True]

    at_the_bench(scenario)


def test_a_deleted_lease_is_made_again(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        candidate = Candidate(bench, "first")
        async with running(candidate.leader.run()):
            await asyncio.wait_for(candidate.leader.wait_leading(), 10)
            path = f"/apis/coordination.k8s.io/v1/namespaces/{bench.namespace}/leases/ampacity-leader"
            await bench.client.delete(path)
            await settled()
            await until(lambda: lease(bench), lambda spec: spec["holderIdentity"] == candidate.leader.holder)
            assert candidate.leader.may_write()

    at_the_bench(scenario)
