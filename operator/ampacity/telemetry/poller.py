"""Asks all queries of all pools again and again, a few at a time, and keeps what was said last.

Nobody waits for it: readers take what is there. A Prometheus that hangs holds up no more than the few threads
that are kept for it, and a round ends when the next one is due. Whoever was asked longest ago is asked first,
so that where time does not suffice for all, all are asked in turn.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ampacity.telemetry.answers import Answer, Found, Missing
from ampacity.translate.telemetry import Asked, Reading, Readings, queries, recalled

log = logging.getLogger(__name__)

_AT_ONCE = 8
"""Queries in flight."""

_LOOK = 1.0
"""Seconds between two looks for queries that are new."""

NO_PROMETHEUS = Missing("the operator has no Prometheus to ask; set settings.prometheusUrl")

Ask = Callable[[str], Answer]
Pools = Callable[[], Iterable[Mapping[str, Any]]]


class Telemetry:
    """`ask`: one query, blocking. `pools`: GPUInferencePools as last seen. `changed`: after a round that has
    brought something new. `interval`: seconds between two askings of a query."""

    def __init__(
        self,
        ask: Ask,
        pools: Pools,
        changed: Callable[[], None],
        interval: float,
    ) -> None:
        self._ask, self._pools, self._changed, self._interval = ask, pools, changed, interval
        self._readings: dict[Asked, Reading] = {}
        self._queries: dict[Asked, str] = {}
        self._answered: dict[Asked, str] = {}
        self._asked_at: dict[str, float] = {}
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="telemetry")

    def readings(self) -> Readings:
        """By pool and region, as of now: what was measured, or what the pool's status has kept of it."""
        self._look()
        return dict(self._readings)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            due = time.monotonic()
            while True:
                self._look()
                if time.monotonic() >= due:
                    due = time.monotonic() + self._interval
                    await self.round(set(self._queries.values()))
                else:
                    await self.round(self._unanswered())
                await asyncio.sleep(_LOOK)
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def round(self, texts: set[str]) -> None:
        """Ask each of these queries once, as far as that is done within an interval."""
        before = self._news()
        answers = await self._answers(texts) if texts else {}
        late = Missing(f"Prometheus has not answered within {self._interval:g} s")
        for asked, text in self._queries.items():
            if text in texts:
                self._readings[asked] = taken(self._readings.get(asked), answers.get(text, late))
                self._answered[asked] = text
        if self._news() != before:
            self._changed()

    def _look(self) -> None:
        """Follow what pools ask for. What was never asked starts from the status of its pool."""
        pools = list(self._pools())
        self._queries = queries(pools)
        if unknown := self._queries.keys() - self._readings.keys():
            self._readings |= {asked: one for asked, one in recalled(pools).items() if asked in unknown}
        for known in (self._readings, self._answered):
            for asked in known.keys() - self._queries.keys():
                del known[asked]

    def _news(self) -> dict[Asked, tuple[float | None, bool]]:
        return {asked: (reading.value, reading.stale) for asked, reading in self._readings.items()}

    def _unanswered(self) -> set[str]:
        """Queries that are new."""
        return {text for asked, text in self._queries.items() if self._answered.get(asked) != text}

    async def _answers(self, texts: set[str]) -> dict[str, Answer]:
        """Who was asked longest ago is asked first."""
        used = set(self._queries.values())
        self._asked_at = {text: at for text, at in self._asked_at.items() if text in used}
        todo = iter(sorted(texts, key=lambda text: (self._asked_at.get(text, 0.0), text)))
        answers: dict[str, Answer] = {}
        workers = [asyncio.create_task(self._work(todo, answers)) for _ in range(_AT_ONCE)]
        try:
            await asyncio.wait(workers, timeout=self._interval)
        finally:
            for worker in workers:
                worker.cancel()
        return answers

    async def _work(self, todo: Iterator[str], answers: dict[str, Answer]) -> None:
        loop = asyncio.get_running_loop()
        for text in todo:
            self._asked_at[text] = time.monotonic()
            try:
                answers[text] = await loop.run_in_executor(self._threads, self._ask, text)
            except Exception as error:
                log.exception("a query failed in a way that nobody has foreseen")
                answers[text] = Missing(f"asking Prometheus failed: {error!r}")


def taken(before: Reading | None, answer: Answer) -> Reading:
    """What is known after this answer: the newest figure, or the last one, which is stale then. Pure."""
    if isinstance(answer, Found):
        return Reading(answer.value, answer.at)
    last = before or Reading(None)
    return Reading(last.value, last.at, True, answer.why)
