"""Calls with one answer: reads, lists and writes, and what goes wrong with them."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict, deque

from aiohttp import web

from tests.faults.kinds import Call, Fault
from tests.faults.schedule import Schedule
from tests.faults.upstream import Upstream, hang_up, headers_of, refusal

LONG = 30.0
_REMEMBERED = 40
_REFUSED = {Fault.FAILED: 500, Fault.UNAVAILABLE: 503, Fault.EXPIRED_PAGE: 410}
_VERSION = re.compile(rb'"resourceVersion":"(\d+)"')


def not_executed(
    request: web.BaseRequest, call: Call, fault: Fault | None, schedule: Schedule
) -> web.Response | None:
    """The answer, if the request is not to reach the server."""
    if fault is Fault.BUSY:
        return refusal(429, retry_after=schedule.rng(call).randint(0, 2))
    if fault in _REFUSED:
        return refusal(_REFUSED[fault])
    return hang_up(request) if fault is Fault.RESET else None


class Answering:
    """Serves such calls. Versions of lists are remembered, to answer later as a server that lags behind."""

    def __init__(self, upstream: Upstream, schedule: Schedule) -> None:
        self._upstream, self._schedule = upstream, schedule
        self._versions: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=_REMEMBERED))

    async def serve(self, request: web.BaseRequest, call: Call, fault: Fault | None) -> web.StreamResponse:
        """The answer to a request that meets this fault."""
        body, known = await request.read(), self._versions[request.path]
        if fault is Fault.OLD_LIST and not known:
            fault = None
        if fault is not None:
            self._schedule.count(fault)
        refused = not_executed(request, call, fault, self._schedule)
        if refused is not None:
            return refused
        await asyncio.sleep(LONG if fault is Fault.LATE else 0)
        answer = await self._executed(request, body, known[0] if fault is Fault.OLD_LIST else "")
        if call.list and not call.page and fault is not Fault.OLD_LIST:
            known.extend(found.decode() for found in _VERSION.findall(answer.body, endpos=200))
        await asyncio.sleep(LONG if fault is Fault.SLOW else 0)
        if fault is Fault.LOST:
            return hang_up(request)
        return await self._half(request, call, answer) if fault is Fault.GARBLED else answer

    async def _executed(self, request: web.BaseRequest, body: bytes, version: str) -> web.Response:
        """The server's answer; to a list, as of `version` if that is given."""
        at = {"resourceVersion": version, "resourceVersionMatch": "Exact"} if version else {}
        async with self._upstream.open(request, body, **at) as answer:
            return web.Response(body=await answer.read(), status=answer.status, headers=headers_of(answer))

    async def _half(self, request: web.BaseRequest, call: Call, answer: web.Response) -> web.StreamResponse:
        """The first half of the answer: as if it was all, or with a reset where the rest should come."""
        whole = answer.body
        half = whole[: len(whole) // 2]
        if self._schedule.rng(call).random() < 0.5:
            return web.Response(body=half, status=answer.status, headers=answer.headers)
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.content_length = len(whole)
        await response.prepare(request)
        await response.write(half)
        return hang_up(request)
