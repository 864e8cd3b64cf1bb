"""The reporter: a report is told again and again, and worked out once; of pods as they are by then."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ampacity.cluster.marks import Stuck
from ampacity.controllers import reporter as module
from ampacity.controllers.metrics import Metrics
from ampacity.controllers.report import CycleReport
from ampacity.controllers.reporter import Reporter
from ampacity.core.ledger import Ledger
from ampacity.core.plan import Reason, Refusal
from ampacity.core.snapshot import Resources, Shape, Snapshot
from ampacity.translate.records import PodRecord
from ampacity.translate.snapshot.waiting import pod_waiter

NOTHING = CycleReport(
    envelopes=(), profiles=(), pools=(), waiting=(), unmarked=(), snapshot=Snapshot({}, (), ()),
    refusals=(), ledger=Ledger(), adopted=0,
)  # fmt: skip
WAITING = PodRecord(
    "u1", "ai", "p", "5", Shape("ai", Resources(), 1), 0, 0, "Pod/ai/p", "", False, True, False, 0, False,
    "Pending",
)  # fmt: skip
UNBOUND = replace(WAITING, node="n1", waiting=False)
WHY = (Reason.POWER, "hall: short by 3.1 kW")


class Quiet:
    """Marks and writes nothing, and answers so."""

    async def nothing(self, wanted: object) -> tuple[()]:
        return ()

    powered = waiting = unbound = write = nothing


def test_statuses_are_worked_out_once_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    worked_out: list[CycleReport] = []

    def counted(report: CycleReport) -> module.Statuses:
        worked_out.append(report)
        return [], {}

    async def scenario() -> None:
        caches: Any = SimpleNamespace(pods=SimpleNamespace(store=SimpleNamespace(objects={})), stores={})
        quiet = cast(Any, Quiet())
        reporter = Reporter(caches, quiet, quiet, Metrics())
        second = replace(NOTHING, adopted=1)
        for report in (NOTHING, NOTHING, second, second, NOTHING):
            await reporter.tell(report)
        assert worked_out == [NOTHING, second, NOTHING]

    monkeypatch.setattr(module, "statuses", counted)
    asyncio.run(scenario())


class Listening(Quiet):
    """Keeps what it was asked to mark."""

    def __init__(self) -> None:
        self.waited: list[PodRecord] = []
        self.hung: list[PodRecord] = []

    async def waiting(self, refusals: Sequence[tuple[PodRecord, Refusal]]) -> tuple[()]:
        self.waited += [pod for pod, _ in refusals]
        return ()

    async def unbound(self, stuck: Sequence[Stuck]) -> tuple[()]:
        self.hung += [one.pod for one in stuck]
        return ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"resource_version": "9"}, True),
        ({"waiting": False}, False),
        ({"terminating": True}, False),
        (None, False),
    ],
)
def test_a_waiting_pod_is_told_as_it_is_now(change: dict[str, Any] | None, told: bool) -> None:
    now = None if change is None else replace(WAITING, **change)
    report = replace(NOTHING, waiting=((WAITING, Refusal(pod_waiter(WAITING, WAITING.shape, None), *WHY)),))
    assert told_of(report, now).waited == ([now] if told else [])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"resource_version": "9"}, True),
        ({"bound": True}, False),
        ({"waiting": True}, False),
        ({"terminating": True}, False),
        (None, False),
    ],
)
def test_a_pod_that_nobody_binds_is_told_as_it_is_now(change: dict[str, Any] | None, told: bool) -> None:
    now = None if change is None else replace(UNBOUND, **change)
    report = replace(NOTHING, stuck=(Stuck(UNBOUND, "granted 200 s ago"),))
    assert told_of(report, now).hung == ([now] if told else [])


def told_of(report: CycleReport, now: PodRecord | None) -> Listening:
    """What is marked when the pod of the report is `now` so, or gone."""
    marker = Listening()
    known = {now.uid: now} if now else {}

    async def scenario() -> None:
        caches: Any = SimpleNamespace(pods=SimpleNamespace(store=SimpleNamespace(objects=known)), stores={})
        await Reporter(caches, cast(Any, marker), cast(Any, Quiet()), Metrics()).tell(report)

    asyncio.run(scenario())
    return marker
