"""What a waiting pod says on the real API server."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ampacity import names
from ampacity.cluster.events import EventRecorder, Subject
from ampacity.cluster.marks import Marker, Stuck
from ampacity.cluster.results import Outcome
from ampacity.core.plan import Reason, Refusal
from ampacity.core.snapshot import Waiter
from ampacity.translate.records import PodRecord
from tests.builders.kube import READER
from tests.builders.world import reserved
from tests.integration.cluster.conftest import Bench, Scenario, condition, record, until

Play = Callable[[Scenario], None]

SHORT = "rack r12: PDU pdu-3 short by 3.1 kW"


@dataclass
class Desk:
    """A marker with a clock that the test moves."""

    bench: Bench
    now: float = 1000.0
    marker: Marker = field(init=False)

    def __post_init__(self) -> None:
        events = EventRecorder(self.bench.client, "test", clock=lambda: self.now)
        self.marker = Marker(
            self.bench.client, READER, events, may_write=lambda: True, clock=lambda: self.now, quiet=30
        )

    async def refuse(self, sentence: str = SHORT, reason: Reason = Reason.POWER) -> int:
        """Refuse the pod as it is now; how many writes that took."""
        pod = record(await self.bench.pod())
        waiter = Waiter(pod.uid, pod.name, pod.shape)
        return len(await self.marker.waiting([(pod, Refusal(waiter, reason, sentence))]))

    async def events(self) -> list[dict[str, Any]]:
        path = f"/apis/events.k8s.io/v1/namespaces/{self.bench.namespace}/events"
        found = (await self.bench.client.get(path))["items"]
        return [event for event in found if event["reportingController"] == "ampacity.io/operator"]


def test_a_pod_says_why_it_waits_and_one_event_says_so_too(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.make_pod()
        desk = Desk(bench)
        assert await desk.refuse() == 1
        told = condition(await bench.pod(), names.POWERED)
        assert (told["status"], told["reason"], told["message"]) == ("False", "InsufficientPower", SHORT)
        (event,) = await desk.events()
        assert (event["reason"], event["note"], event["type"]) == ("InsufficientPower", SHORT, "Warning")
        assert event["regarding"]["name"] == "p"

    at_the_bench(scenario)


def test_the_same_answer_is_written_once(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.make_pod()
        desk = Desk(bench)
        assert [await desk.refuse() for _ in range(3)] == [1, 0, 0]

    at_the_bench(scenario)


def test_mere_figures_are_written_now_and_then_and_are_no_event(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.make_pod()
        desk = Desk(bench)
        await desk.refuse()
        assert await desk.refuse(SHORT.replace("3.1", "2.9")) == 0
        desk.now += 31
        assert await desk.refuse(SHORT.replace("3.1", "2.8")) == 1
        assert "2.8 kW" in condition(await bench.pod(), names.POWERED)["message"]
        assert len(await desk.events()) == 1

    at_the_bench(scenario)


def test_another_reason_is_written_at_once(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.make_pod()
        desk = Desk(bench)
        await desk.refuse()
        since = condition(await bench.pod(), names.POWERED)["lastTransitionTime"]
        assert await desk.refuse("no node matches", Reason.NO_MATCHING_NODE) == 1
        told = condition(await bench.pod(), names.POWERED)
        assert (told["reason"], told["lastTransitionTime"]) == ("NoMatchingNode", since)
        assert len(await desk.events()) == 2

    at_the_bench(scenario)


def test_another_pod_of_the_same_name_is_not_marked(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        old = await bench.make_pod()
        await bench.client.delete(f"{bench.pods}/p", {"gracePeriodSeconds": 0})
        await bench.make_pod()
        refusal = Refusal(Waiter(old.uid, old.name, old.shape), Reason.POWER, SHORT)
        (result,) = await Desk(bench).marker.waiting([(old, refusal)])
        assert result.outcome is Outcome.DROPPED
        assert not condition(await bench.pod(), names.POWERED)

    at_the_bench(scenario)


def test_a_pod_that_has_changed_is_not_told_that_it_waits(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        seen = await bench.make_pod()
        await bench.label()
        refusal = Refusal(Waiter(seen.uid, seen.name, seen.shape), Reason.POWER, SHORT)
        (result,) = await Desk(bench).marker.waiting([(seen, refusal)])
        assert result.outcome is Outcome.DROPPED
        assert not condition(await bench.pod(), names.POWERED)

    at_the_bench(scenario)


def test_a_granted_pod_without_its_condition_gets_it(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        pod: PodRecord = reserved(await bench.make_pod(gates=()), 1_000_000)
        marker = Desk(bench).marker
        (result,) = await marker.powered([pod])
        assert result.pod is not None and result.pod.powered is not None
        assert result.pod.powered[:2] == ("True", "Granted")
        marked = reserved(result.pod, 1_000_000)
        assert await marker.powered([marked]) == ()

    at_the_bench(scenario)


def test_equal_events_are_posted_once_an_hour(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        now = [0.0]
        events = EventRecorder(bench.client, "test", clock=lambda: now[0])
        about = Subject("v1", "Pod", bench.namespace, f"{'x' * 240}.y", "some-uid")
        assert await events.post(about, "Waits", "n" * 3000)
        assert not await events.post(about, "Waits", "n" * 3000)
        assert await events.post(about, "Waits", "for something else")
        now[0] += 3601
        assert await events.post(about, "Waits", "n" * 3000)

    at_the_bench(scenario)


def test_an_event_that_cannot_be_written_is_no_failure(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        about = Subject("v1", "Pod", "no-such-namespace", "p", "some-uid")
        assert not await EventRecorder(bench.client, "test").post(about, "Waits", "a note")

    at_the_bench(scenario)


def test_conditions_of_others_stay(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.make_pod()
        gated = await until(bench.pod, lambda pod: bool(condition(pod, "PodScheduled")))
        await Desk(bench).refuse()
        assert condition(await bench.pod(), "PodScheduled") == condition(gated, "PodScheduled")

    at_the_bench(scenario)


def test_a_pod_that_nobody_binds_says_so_and_says_when_it_is_bound(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.make_pod(gates=("example.com/so-that-no-scheduler-writes",))
        desk, place = Desk(bench), reserved(record(await bench.pod()), 3_000_000)

        async def tell(seconds: int) -> int:
            pod = replace(record(await bench.pod()), reservation=place.reservation)
            sentence = f"granted 3 kW on node n1 {seconds} s ago and not bound since"
            return len(await desk.marker.unbound([Stuck(pod, sentence)]))

        assert [await tell(120), await tell(130)] == [1, 0]
        told = condition(await bench.pod(), names.POWERED)
        assert (told["status"], told["reason"]) == ("True", "NotBound")
        said = "granted 3 kW on node n1 120 s ago and not bound since; its watts stay"
        assert told["message"].startswith(said)
        (event,) = await desk.events()
        assert (event["reason"], event["type"]) == ("NotBound", "Warning")
        desk.now += 301
        assert await tell(421) == 1 and len(await desk.events()) == 1
        stuck = replace(record(await bench.pod()), reservation=place.reservation)
        assert await desk.marker.powered([stuck]) == ()
        assert len(await desk.marker.powered([replace(stuck, bound=True)])) == 1
        assert condition(await bench.pod(), names.POWERED)["reason"] == "Granted"

    at_the_bench(scenario)


def test_of_many_granted_pods_those_are_told_first_that_run(at_the_bench: Play) -> None:
    async def scenario(bench: Bench) -> None:
        runs = replace(reserved(await bench.make_pod(), 1_000_000), phase="Running", bound=True)
        starting = [
            replace(runs, uid=f"u{number}", name=f"q{number}", phase="Pending") for number in range(65)
        ]
        unbound = [replace(pod, bound=False) for pod in starting]
        desk = Desk(bench)
        assert len(await desk.marker.powered(starting[:-1])) == 64
        assert await desk.marker.powered([*unbound, runs]) == ()
        (result,) = await desk.marker.powered([*starting, runs])
        assert (result.uid, result.outcome) == (runs.uid, Outcome.APPLIED)
        desk.now += 121
        assert len(await desk.marker.powered([*unbound, runs])) == 66

    at_the_bench(scenario)
