"""When to run a cycle: shortly after something has changed, and now and then in any case."""

from __future__ import annotations

import asyncio
import contextlib


class Trigger:
    """`wake` may be called as often as one likes; `wait` returns once for all calls in a short while.

    `quiet`: seconds from the first call until `wait` returns, so that a burst is
    one cycle. `longest`: seconds after which `wait` returns without any call.
    """

    def __init__(self, quiet: float, longest: float) -> None:
        self._quiet, self._longest = quiet, longest
        self._called = asyncio.Event()

    def wake(self) -> None:
        """Something has changed."""
        self._called.set()

    async def wait(self) -> None:
        """Return when a cycle is due."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._longest):
                await self._called.wait()
            await asyncio.sleep(self._quiet)
        self._called.clear()
