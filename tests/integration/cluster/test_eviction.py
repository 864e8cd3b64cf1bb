"""Evicting pods on the real API server: exactly the version that was judged, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ampacity.cluster.errors import ApiError
from ampacity.cluster.events import EventRecorder
from ampacity.cluster.eviction import Evictor
from ampacity.cluster.marks import Stuck
from ampacity.cluster.results import Outcome, Result
from ampacity.translate.records import PodRecord
from tests.integration.cluster.conftest import Bench, Scenario

Play = Callable[[Scenario], None]

async def evict(bench: Bench, pod: PodRecord, *, leads: bool = True) -> Result:
    evictor = Evictor(bench.client, EventRecorder(bench.client, "test"), may_write=lambda: leads)
    (result,) = await evictor.evict([Stuck(pod, "granted 3 kW on node n1 130 s ago and not bound since")])
    return result


async def is_there(bench: Bench) -> bool:
    try:
        await bench.pod()
    except ApiError as error:
        assert error.status == 404
        return False
    return True


async def events(bench: Bench) -> list[dict[str, Any]]:
    path = f"/apis/events.k8s.io/v1/namespaces/{bench.namespace}/events"
    return [one for one in (await bench.client.get(path))["items"] if one["reason"] == "NotBound"]


def test_an_unbound_pod_goes_and_an_event_says_why(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        pod = await bench.make_pod(schedulerName="nobody")
        assert (await evict(bench, pod)).outcome is Outcome.APPLIED
        assert not await is_there(bench)
        (event,) = await events(bench)
        assert "evicted, so that others can have its watts" in event["note"]

    at_the_bench(scenario)


@pytest.mark.parametrize("what", ["version", "leads"])
def test_a_pod_that_changed_meanwhile_is_spared_and_so_is_any_by_who_may_not_write(
    at_the_bench: Play, what: str
) -> None:
    async def scenario(bench: Bench) -> None:
        pod = await bench.make_pod(schedulerName="nobody")
        if what == "version":
            await bench.label()
        assert (await evict(bench, pod, leads=what != "leads")).outcome is Outcome.DROPPED
        assert await is_there(bench) and await events(bench) == []

    at_the_bench(scenario)


def test_another_pod_of_the_same_name_is_spared(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        pod = await bench.make_pod(schedulerName="nobody")
        await bench.client.delete(f"{bench.pods}/p", {"gracePeriodSeconds": 0})
        await bench.make_pod(schedulerName="nobody")
        assert (await evict(bench, pod)).outcome is Outcome.DROPPED
        assert await is_there(bench)

    at_the_bench(scenario)
