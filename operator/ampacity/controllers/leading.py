"""What a process does while it leads: take the ledger over once, then cycle after cycle.

No trouble ends this. A cycle that fails is counted, said, and followed by
another; if the ledger may have changed hands, it is taken over anew first.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from ampacity.cluster.backoff import Backoff
from ampacity.cluster.errors import AccessError, ApiError
from ampacity.cluster.holds import Conflict, HoldsTooLarge
from ampacity.cluster.lease import Leader
from ampacity.controllers.metrics import Metrics
from ampacity.controllers.placement import Placement
from ampacity.controllers.trigger import Trigger
from ampacity.translate.ledger.codec import LedgerUnreadable

log = logging.getLogger(__name__)

_LONGEST_PAUSE = 5.0

_EXPECTED = (ApiError, AccessError, Conflict, HoldsTooLarge, LedgerUnreadable)


class Leading:
    """Runs cycles whenever this process leads. `trouble`: why the last one failed, "" if it did not.

    `on_unreadable` hears that this version cannot read the stored ledger, so that it must not lead.
    """

    def __init__(
        self,
        leader: Leader,
        placement: Placement,
        trigger: Trigger,
        metrics: Metrics,
        on_taken: Callable[[], Coroutine[Any, Any, None]],
        on_unreadable: Callable[[str], None],
    ) -> None:
        self._leader, self._placement, self._trigger = leader, placement, trigger
        self._metrics, self._on_taken, self._on_unreadable = metrics, on_taken, on_unreadable
        self._backoff = Backoff(longest=_LONGEST_PAUSE)
        self._stopped = asyncio.Event()
        self._aside: asyncio.Task[None] | None = None
        self.trouble = "the ledger has not been taken over yet"

    @property
    def stopping(self) -> bool:
        """Whether no more writes should begin."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Begin nothing new, and end what has begun; `run` returns when the Lease may be let go."""
        self._stopped.set()
        self._placement.stop()
        self._trigger.wake()

    async def ended(self) -> None:
        """Return when no grant is under way any more. Whoever leads then need not wait for that."""
        await self._placement.ended()

    async def run(self) -> None:
        """Until `stop`."""
        try:
            while not self.stopping:
                if not self._leader.leading:
                    await self._wait_leading()
                elif await self._safely(
                    self._cycle_when_due if self._placement.in_office else self._take_over
                ):
                    self._backoff.reset()
                else:
                    await self._rest(self._backoff.next(None))
            await self._safely(self._leave)
        finally:
            self._leave_aside()

    async def _wait_leading(self) -> None:
        leading = asyncio.ensure_future(self._leader.wait_leading())
        while not self.stopping and not leading.done():
            await self._stand_by()
            await asyncio.wait([leading], timeout=0.1)
        leading.cancel()

    async def _stand_by(self) -> None:
        """What fails here is found again by the first cycle, which is the one that counts."""
        try:
            await self._placement.stand_by()
        except Exception:
            log.exception("standing by: what is known cannot be read yet")

    async def _rest(self, seconds: float) -> None:
        """Sleep, but not on once it is time to stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopped.wait()

    async def _take_over(self) -> None:
        """What else is due on taking over happens aside: no grant waits for it."""
        await self._placement.take_over()
        log.info("leading: the ledger is ours")
        self._trigger.wake()
        self._leave_aside()
        self._aside = asyncio.create_task(self._on_taken())

    async def _leave(self) -> None:
        """What our stopping has kept from being sent is no other leader's worry."""
        if self._placement.in_office and self._leader.leading:
            await self._placement.leave(self._leader.may_write)

    def _leave_aside(self) -> None:
        if self._aside is not None:
            self._aside.cancel()

    async def _cycle_when_due(self) -> None:
        await self._trigger.wait()
        if self._leader.leading and self._placement.in_office and not self.stopping:
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
            if isinstance(error, LedgerUnreadable):
                self._on_unreadable(str(error))
            if not self.stopping:
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
