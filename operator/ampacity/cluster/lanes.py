"""Many writes at once, and which of them go first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from ampacity.cluster.results import Result
from ampacity.cluster.slots import Slots


class Lanes:
    """Runs many writes, at most `width` at a time, and fewer while the API server is slow (see `slots`).

    None begins while any of `first` are under way, nor for `rest` seconds after that: a burst of them is
    several calls, and what comes in between takes from the API server what the next ones need. But who
    has waited for `longest` seconds uses any moment in which none of `first` are under way.
    """

    def __init__(
        self, width: int, first: Lanes | None = None, *, rest: float = 0.0, longest: float = 2.0
    ) -> None:
        self._free, self._first = Slots(width), first
        self._rest, self._longest = rest, longest
        self._calls = 0
        self._ended = float("-inf")
        self._idle = asyncio.Event()
        self._idle.set()

    async def each(self, writes: Iterable[Callable[[], Awaitable[Result]]]) -> tuple[Result, ...]:
        """Results in the order of `writes`."""
        due = list(writes)
        if not due:
            return ()
        latest = asyncio.get_running_loop().time() + self._longest
        self._calls += 1
        self._idle.clear()
        try:
            return tuple(await asyncio.gather(*(self._one(write, latest) for write in due)))
        finally:
            self._calls -= 1
            if not self._calls:
                self._ended = asyncio.get_running_loop().time()
                self._idle.set()

    async def _one(self, write: Callable[[], Awaitable[Result]], latest: float) -> Result:
        async with self._free.slot():
            if self._first is not None:
                await self._first._rested(self._rest, latest)
            return await self._free.timed(write())

    async def _rested(self, seconds: float, latest: float) -> None:
        """Return when none of these are under way, and none have been for so long, or since `latest`."""
        loop = asyncio.get_running_loop()
        while True:
            await self._idle.wait()
            left = min(self._ended + seconds, latest) - loop.time()
            if left <= 0:
                return
            await asyncio.sleep(left)
