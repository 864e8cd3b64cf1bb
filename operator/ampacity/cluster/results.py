"""What became of a write on a pod, as a value."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
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
