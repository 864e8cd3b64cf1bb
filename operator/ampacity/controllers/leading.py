"""What a process does while it leads: take the ledger over once, then cycle after cycle.

No trouble ends this. A cycle that fails is counted, said, and followed by
another; if the ledger may have changed hands, it is taken over anew first.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from ampacity.cluster.backoff import Backoff
from ampacity.cluster.errors import AccessError, ApiError
from ampacity.cluster.holds import Conflict, HoldsTooLarge
from ampacity.cluster.lease import Leader
from ampacity.controllers.metrics import Metrics
from ampacity.controllers.placement import Placement
from ampacity.controllers.trigger import Trigger
from ampacity.translate.ledger.codec import LedgerUnreadable

log = logging.getLogger(__name__)

_EXPECTED = (ApiError, AccessError, Conflict, HoldsTooLarge, LedgerUnreadable)


class Leading:
    """Runs cycles whenever this process leads. `trouble`: why the last one failed, "" if it did not."""

    def __init__(
        self,
        leader: Leader,
        placement: Placement,
        trigger: Trigger,
        metrics: Metrics,
        on_taken: Callable[[], Awaitable[None]],
    ) -> None:
        self._leader, self._placement, self._trigger = leader, placement, trigger
        self._metrics, self._on_taken = metrics, on_taken
        self._backoff = Backoff()
        self._stopping = False
        self.trouble = "the ledger has not been taken over yet"

    @property
    def stopping(self) -> bool:
        """Whether no more writes should begin."""
        return self._stopping

    def stop(self) -> None:
        """Begin nothing new; `run` returns when what has begun is done."""
        self._stopping = True
        self._trigger.wake()

    async def run(self) -> None:
        """Until `stop`."""
        while not self._stopping:
            if not self._leader.leading:
                await self._wait_leading()
            elif await self._safely(self._cycle_when_due if self._placement.in_office else self._take_over):
                self._backoff.reset()
            else:
                await asyncio.sleep(self._backoff.next(None))

    async def _wait_leading(self) -> None:
        leading = asyncio.ensure_future(self._leader.wait_leading())
        while not self._stopping and not leading.done():
            await asyncio.wait([leading], timeout=0.1)
        leading.cancel()

    async def _take_over(self) -> None:
        await self._placement.take_over()
        log.info("leading: the ledger is ours")
        self._trigger.wake()
        await self._on_taken()

    async def _cycle_when_due(self) -> None:
        await self._trigger.wait()
        if self._leader.leading and self._placement.in_office and not self._stopping:
            begun = time.perf_counter()
            await self._placement.cycle()
            self._metrics.cycle_seconds.observe(time.perf_counter() - begun)
            self._metrics.cycles.labels("done").inc()

    async def _safely(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Whether `work` succeeded."""
        try:
            await work()
        except _EXPECTED as error:
            self._failed(str(error))
            if not self._stopping:
                log.warning("a cycle failed and is repeated: %s", error)
        except Exception as error:
            self._failed(repr(error))
            log.exception("a cycle failed and is repeated")
        else:
            self.trouble = ""
            return True
        return False

    def _failed(self, why: str) -> None:
        self.trouble = why
        self._metrics.cycles.labels("failed").inc()
        self._trigger.wake()
