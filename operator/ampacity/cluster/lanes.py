"""Many writes at once, and which of them go first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from ampacity.cluster.results import Outcome, Result

Write = Callable[[], Awaitable[Result]]

_AT_FIRST = 16
"""Writes that a call begins with; each answer makes room for two more. A server that is asked for everything
at once answers everything late, what was to go first included."""


class Lanes:
    """Runs many writes in their order, at most `width` at a time.

    None begins while any of `first` are under way, nor for `rest` seconds after that: a burst of them is
    several calls, and what comes in between takes from the API server what the next ones need. But who
    has waited for `longest` seconds uses any moment in which none of `first` are under way.
    """

    def __init__(
        self, width: int, first: Lanes | None = None, *, rest: float = 0.0, longest: float = 2.0
    ) -> None:
        self._free, self._first = asyncio.Semaphore(width), first
        self._rest, self._longest = rest, longest
        self._calls = 0
        self._ended = float("-inf")
        self._idle = asyncio.Event()
        self._idle.set()
        self._left: asyncio.Future[None] | None = None
        self._under_way: set[asyncio.Future[Result]] = set()

    async def each(self, writes: Iterable[tuple[str, Write]]) -> tuple[Result, ...]:
        """Results in the order of `writes`; with each, the uid of its pod."""
        due, loop = list(writes), asyncio.get_running_loop()
        if not due:
            return ()
        latest = loop.time() + self._longest
        self._calls += 1
        self._idle.clear()
        try:
            pace = asyncio.Semaphore(_AT_FIRST)
            return tuple(await asyncio.gather(*(self._one(uid, write, latest, pace) for uid, write in due)))
        finally:
            self._calls -= 1
            if not self._calls:
                self._ended = loop.time()
                self._idle.set()

    def leave(self) -> None:
        """Wait for no answer any more: what is under way goes on, and its outcome is told as unknown. What
        has not begun will begin, so have it refused."""
        if not self._leaving.done():
            self._leaving.set_result(None)

    async def ended(self) -> None:
        """Return when all that was under way has been answered."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    @property
    def _leaving(self) -> asyncio.Future[None]:
        if self._left is None:
            self._left = asyncio.get_running_loop().create_future()
        return self._left

    async def _one(self, uid: str, write: Write, latest: float, pace: asyncio.Semaphore) -> Result:
        async with pace, self._free:
            if self._first is not None:
                await self._first._rested(self._rest, latest)
            answer = await self._answer(uid, asyncio.ensure_future(write()))
            pace.release()
            return answer

    async def _answer(self, uid: str, sent: asyncio.Future[Result]) -> Result:
        """What came of it, or that we left first."""
        self._under_way.add(sent)
        sent.add_done_callback(self._under_way.discard)
        try:
            await asyncio.wait((sent, self._leaving), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            sent.cancel()
            raise
        return sent.result() if sent.done() else Result(uid, Outcome.UNKNOWN, message="not waited for")

    async def _rested(self, seconds: float, latest: float) -> None:
        """Return when none of these are under way, and none have been for so long, or since `latest`."""
        loop = asyncio.get_running_loop()
        while True:
            await self._idle.wait()
            left = min(self._ended + seconds, latest) - loop.time()
            if left <= 0:
                return
            await asyncio.sleep(left)
