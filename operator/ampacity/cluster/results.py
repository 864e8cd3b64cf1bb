"""What became of a write on a pod, as a value."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ampacity.cluster.errors import AccessError, ApiError
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pods.requests import UNREADABLE
from ampacity.translate.records import PodRecord

WRITE_TIMEOUT = 4.0
"""Seconds that one write may take: not more than the margin of the Lease."""
LONGEST = 300


class Outcome(StrEnum):
    """What is certain about a write."""

    APPLIED = "Applied"  # the API server answered with the changed pod
    DROPPED = "Dropped"  # it was refused, or never sent: the pod is as it was, or gone
    UNKNOWN = "Unknown"  # no clear answer: it may have been applied, or may yet be


@dataclass(frozen=True, slots=True)
class Result:
    """`pod`: as the API server answered it, if it did; feed it to the store. `message` says why if
    not applied."""

    uid: str
    outcome: Outcome
    pod: PodRecord | None = None
    message: str = ""


async def attempt(uid: str, write: Awaitable[dict[str, Any]], reader: PodReader) -> Result:
    """Await a write on the pod `uid`; every way it can end becomes a Result."""
    return await _attempt(uid, write, lambda answer: _applied(uid, answer, reader))


async def attempt_binding(uid: str, write: Awaitable[dict[str, Any]]) -> Result:
    """The same for a binding, which is answered by a Status and not by the pod."""
    return await _attempt(uid, write, lambda answer: _bound(uid, answer))


async def _attempt(
    uid: str, write: Awaitable[dict[str, Any]], applied: Callable[[dict[str, Any]], Result]
) -> Result:
    try:
        async with asyncio.timeout(WRITE_TIMEOUT):
            answer = await write
    except ApiError as error:
        return Result(uid, Outcome.DROPPED if error.certain else Outcome.UNKNOWN, message=str(error))
    except AccessError as error:
        return Result(uid, Outcome.DROPPED, message=str(error))
    except TimeoutError:
        return Result(uid, Outcome.UNKNOWN, message=f"no answer within {WRITE_TIMEOUT:g} s")
    return applied(answer)


def _applied(uid: str, answer: Mapping[str, Any], reader: PodReader) -> Result:
    """The pod as it was answered. What is not about this pod leaves open what has become of it."""
    try:
        record = reader.read(answer)
    except UNREADABLE as error:
        return Result(uid, Outcome.UNKNOWN, message=f"the answer cannot be read: {error!r}"[:LONGEST])
    if record is not None and record.uid != uid:
        return Result(uid, Outcome.UNKNOWN, message=f"the answer is about pod {record.uid}"[:LONGEST])
    return Result(uid, Outcome.APPLIED, record)


def _bound(uid: str, answer: Any) -> Result:
    """What is no Status of success leaves open what has become of the binding."""
    if isinstance(answer, Mapping) and (answer.get("kind"), answer.get("status")) == ("Status", "Success"):
        return Result(uid, Outcome.APPLIED)
    return Result(uid, Outcome.UNKNOWN, message=f"the answer is no success: {answer!r}"[:LONGEST])


class Lanes:
    """Runs many writes, at most `width` at a time.

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
        async with self._free:
            if self._first is not None:
                await self._first._rested(self._rest, latest)
            return await write()

    async def _rested(self, seconds: float, latest: float) -> None:
        """Return when none of these are under way, and none have been for so long, or since `latest`."""
        loop = asyncio.get_running_loop()
        while True:
            await self._idle.wait()
            left = min(self._ended + seconds, latest) - loop.time()
            if left <= 0:
                return
            await asyncio.sleep(left)
