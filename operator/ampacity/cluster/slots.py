"""How many writes are under way at once: as many as the API server answers quickly.

What is under way is rate x seconds (Little's law), so on a server that takes its time a fixed number is a
fixed wait: for the grant that goes before all others, and for a process that is to stop. So the number grows
while answers come within `soon` seconds, and is cut in proportion when they do not. The rule is that of TCP:
little more each time, much less at once, and one cut for all that was under way together.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

T = TypeVar("T")

_GROWTH = 0.25
"""More slots for each quick answer: a quarter more for each round of them."""

_DEEPEST_CUT = 0.5
_FAR = 2.0
"""Times the quickest answer so far: an API server that is far away is not a slow one."""


class Slots:
    """At most `most` at a time, at first and at least `least`; who asks first is first.

    `soon` and `clock` in seconds.
    """

    def __init__(
        self, most: int, *, least: int = 16, soon: float = 0.2, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._least = float(most), float(min(least, most))
        self._soon, self._clock = soon, clock
        self._width = self._least
        self._taken = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._quickest = float("inf")
        self._cut_at = float("-inf")

    @property
    def width(self) -> int:
        """How many may be under way now."""
        return int(self._width)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """One of them, for as long as the block takes."""
        await self._enter()
        try:
            yield
        finally:
            self._leave()

    async def timed(self, write: Awaitable[T]) -> T:
        """Await `write`; the time that it takes decides how many there are from now on."""
        begun = self._clock()
        try:
            return await write
        finally:
            self._took(begun, self._clock())

    async def _enter(self) -> None:
        if self._taken < self.width and not self._queue:
            self._taken += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()  # it was given a slot in the same moment
            raise

    def _leave(self) -> None:
        self._taken -= 1
        while self._queue and self._taken < self.width:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                self._taken += 1

    def _took(self, begun: float, ended: float) -> None:
        seconds = ended - begun
        self._quickest = min(self._quickest, seconds)
        soon = max(self._soon, self._quickest * _FAR)
        if seconds <= soon:
            self._width = min(self._most, self._width + _GROWTH)
        elif begun >= self._cut_at:
            self._width = max(self._least, self._width * max(_DEEPEST_CUT, soon / seconds))
            self._cut_at = ended
