"""Watches, and what goes wrong with them some seconds after they have begun."""

from __future__ import annotations

import asyncio
import contextlib
import json

import aiohttp
from aiohttp import web

from tests.faults.answering import not_executed
from tests.faults.kinds import Call, Fault
from tests.faults.schedule import Schedule
from tests.faults.upstream import Upstream, hang_up, headers_of, status_object

_SOON = 2.0
_SILENT = 90.0
_ERRORS = {Fault.WATCH_GONE: 410, Fault.WATCH_ERROR: 500}


class Watching:
    """Serves watches, line by line."""

    def __init__(self, upstream: Upstream, schedule: Schedule) -> None:
        self._upstream, self._schedule = upstream, schedule

    async def serve(self, request: web.BaseRequest, call: Call, fault: Fault | None) -> web.StreamResponse:
        """The watch, until the server ends it, the client leaves, or the fault begins."""
        refused = not_executed(request, call, fault, self._schedule)
        if refused is not None and fault is not None:
            self._schedule.count(fault)
            return refused
        async with self._upstream.open(request, b"") as answer:
            response = web.StreamResponse(status=answer.status, headers=headers_of(answer))
            await response.prepare(request)
            seconds = self._schedule.rng(call).uniform(*self._schedule.good_for) if fault else None
            ended = await _pass_on(answer.content, response, seconds)
            if fault is not None and not ended:
                self._schedule.count(fault)
                return await self._inflict(request, response, fault, answer.content)
            return response

    async def _inflict(
        self,
        request: web.BaseRequest,
        response: web.StreamResponse,
        fault: Fault,
        content: aiohttp.StreamReader,
    ) -> web.StreamResponse:
        if fault in _ERRORS:
            event = {"type": "ERROR", "object": status_object(_ERRORS[fault])}
            await response.write(json.dumps(event).encode() + b"\n")
            return response
        if fault is Fault.WATCH_SILENT:
            await _until_left(request)
        else:
            await _half_a_line(content, response)
        return hang_up(request)


async def _pass_on(
    content: aiohttp.StreamReader, response: web.StreamResponse, seconds: float | None
) -> bool:
    """Pass on whole lines, for some seconds at most; whether the server has ended the watch."""
    rest = b""
    try:
        async with asyncio.timeout(seconds):
            while chunk := await content.readany():
                whole, newline, rest = (rest + chunk).rpartition(b"\n")
                await response.write(whole + newline)
    except TimeoutError:
        return False
    return True


async def _half_a_line(content: aiohttp.StreamReader, response: web.StreamResponse) -> None:
    """Half of what comes next, if something comes soon."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SOON):
            line, _, _ = (await content.readany()).partition(b"\n")
            await response.write(line[: len(line) // 2])


async def _until_left(request: web.BaseRequest) -> None:
    for _ in range(int(_SILENT)):
        if request.transport is None or request.transport.is_closing():
            return
        await asyncio.sleep(1)
