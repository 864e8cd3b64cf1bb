"""Leader election on a real Lease."""

import asyncio
from collections.abc import Callable

from tests.integration.cluster.candidates import Candidate, lease, settled
from tests.integration.cluster.conftest import Bench, Scenario, running, until

Play = Callable[[Scenario], None]


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
            heir.clock.now += 9.9
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
            lost.clock.now += 5.9
            assert lost.leader.may_write()
            lost.clock.now += 0.2
            assert not lost.leader.may_write(), "no writes from 4 s before the lease can expire"
            await asyncio.wait_for(lost.leader.wait_lost(), 10)
            async with running(heir.leader.run()):
                await settled()
                heir.clock.now += 10
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
            candidate.clock.now += 5
            await settled()
            candidate.line.cut = False
            await settled()
            candidate.clock.now += 5
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


def test_a_lost_answer_costs_nobody_the_lead(at_the_bench: Play) -> None:
    """Neither when the Lease is taken, where it is ours without our knowing, nor when it is renewed."""

    async def scenario(bench: Bench) -> None:
        candidate = Candidate(bench, "first")
        candidate.line.lose = 1
        async with running(candidate.leader.run()):
            await asyncio.wait_for(candidate.leader.wait_leading(), 10)
            candidate.line.lose = 3
            await until(lambda: lease(bench), lambda _: not candidate.line.lose)
            candidate.clock.now += 5
            await settled()
            candidate.clock.now += 5
            assert candidate.leader.may_write() and candidate.told == [True]

    at_the_bench(scenario)


def test_what_is_left_of_a_release_is_made_good(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        candidate = Candidate(bench, "first")
        async with running(candidate.leader.run()):
            await asyncio.wait_for(candidate.leader.wait_leading(), 10)
            candidate.line.lose = 1
        assert (await lease(bench))["holderIdentity"] == ""

    at_the_bench(scenario)
