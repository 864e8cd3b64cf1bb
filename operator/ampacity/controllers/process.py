"""The operator process: how its parts start, what it says of itself, and how it stops."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any

from ampacity.cluster.access import Access
from ampacity.cluster.client import Client
from ampacity.controllers.health import Answer, HealthServer
from ampacity.controllers.metrics import Metrics
from ampacity.controllers.parts import build_parts
from ampacity.controllers.settings import Settings

log = logging.getLogger(__name__)

_FINISH_WITHIN = 5.0
"""Seconds that a cycle in progress has to end when the process stops; its patches take at most that."""


class Process:
    """One operator process: `run` returns after `stop`, with the lease released."""

    def __init__(self, settings: Settings, client: Client, access: Access, metrics: Metrics) -> None:
        self._settings = settings
        self._parts = build_parts(settings, client, access, metrics)
        self._health = HealthServer(metrics, lambda: (True, "alive"), self.ready, self._refresh)
        self._stop = asyncio.Event()
        self._listening = asyncio.Event()
        self._port = 0

    async def port(self) -> int:
        """The port of the probes, once it is open."""
        await self._listening.wait()
        return self._port

    def stop(self) -> None:
        """Ask the process to end."""
        self._stop.set()

    def ready(self) -> Answer:
        """Listed and fit to lead; and leading, with the ledger, a good last cycle and a fresh lease."""
        missing = self._parts.caches.unlisted
        if missing:
            return False, f"not listed yet: {', '.join(missing)}"
        if not self._parts.fitness.fit():
            return False, f"not leading: {self._parts.fitness.why_not}"
        if not self._parts.leader.leading:
            settled = self._parts.leader.settled
            return settled, "standing by" if settled else "it is not known yet who leads"
        if self._parts.leading.trouble:
            return False, f"leading, but: {self._parts.leading.trouble}"
        return self._parts.leader.may_write(), "leading"

    async def run(self) -> None:
        """Serve until `stop`. Raises what ends a part that never should end."""
        self._port = await self._health.start(self._settings.http_host, self._settings.http_port)
        self._listening.set()
        log.info("listening on %s:%s", self._settings.http_host, self._port)
        parts = self._parts
        watching = [
            asyncio.create_task(parts.caches.run(), name="caches"),
            asyncio.create_task(parts.fitness.run(), name="fitness"),
        ]
        try:
            await self._until_stop(watching, until=asyncio.create_task(self._answered()))
            if not self._stop.is_set():
                await self._lead(watching)
        finally:
            for task in watching:
                await _cancel(task)
            await self._health.stop()

    async def _answered(self) -> None:
        """Until we may read all that we need, so that no process holds the lease that cannot use it.

        It need not be read to its end: who takes over lists everything anew in any case.
        """
        while self._parts.caches.unanswered:
            await asyncio.sleep(0.05)
        log.info("everything can be listed")

    async def _lead(self, watching: Sequence[asyncio.Task[None]]) -> None:
        """Campaign, lead and tell, until `stop`; then release the lease. Grants under way are announced, so
        whoever leads then knows of them: they need not end before."""
        parts = self._parts
        election = asyncio.create_task(parts.leader.run(), name="election")
        leading = asyncio.create_task(parts.leading.run(), name="leading")
        reporter = asyncio.create_task(parts.reporter.run(), name="reporter")
        serving = asyncio.create_task(parts.serving.run(), name="serving")
        try:
            await self._until_stop([*watching, election, leading, reporter, serving])
        finally:
            parts.leading.stop()
            await asyncio.wait([leading], timeout=_FINISH_WITHIN)
            for task in (reporter, serving, leading, election):
                await _cancel(task)
            await asyncio.wait([asyncio.create_task(parts.leading.ended())], timeout=_FINISH_WITHIN)
            log.info("stopped")

    async def _until_stop(
        self, parts: Sequence[asyncio.Task[None]], until: asyncio.Task[None] | None = None
    ) -> None:
        """Return on `stop`, or when `until` is done; raise if one of `parts` ends."""
        enough = [asyncio.create_task(self._stop.wait()), *([until] if until else [])]
        try:
            await asyncio.wait([*enough, *parts], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in enough:
                await _cancel(task)
        for part in parts:
            if part.done():
                part.result()
                raise RuntimeError(f"{part.get_name()} ended")

    def _refresh(self) -> None:
        for name, watch in self._parts.caches.watches.items():
            self._parts.metrics.watch_age.labels(name).set(watch.age)
            self._parts.metrics.undecodable.labels(name).set(len(watch.undecodable))


async def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task
