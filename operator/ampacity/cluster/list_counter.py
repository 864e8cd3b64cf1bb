"""Counts the lists of a watch, so that somebody can wait for one that began after a certain moment."""

from __future__ import annotations

import asyncio


class ListCounter:
    """Lists by number, from 1 on, in the order in which they began."""

    def __init__(self) -> None:
        self.begun = self.done = 0
        self._progress = asyncio.Condition()

    def begin(self) -> int:
        """Another list begins; its number."""
        self.begun += 1
        return self.begun

    async def end(self, number: int) -> None:
        """The list of this number is complete."""
        async with self._progress:
            self.done = number
            self._progress.notify_all()

    async def wait(self, number: int) -> None:
        """Return once the list of this number, or a later one, is complete."""
        async with self._progress:
            await self._progress.wait_for(lambda: self.done >= number)
