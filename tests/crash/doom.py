"""Puts the planned end into an operator's process, and runs the operator's own main.

Every request of the operator and of kopf goes through one function of aiohttp.
That function is wrapped; nothing else is touched, and the operator knows
nothing of it. Only to be imported in processes that `nursery` makes.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from tests.crash.suspendable import forgetting  # isort: skip: before anything that keeps the clock

import aiohttp

from ampacity.__main__ import main
from hack.parent import die_with_parent
from tests.crash.ends import LATE, End, How, When, read_end
from tests.crash.kinds import BIND, GRANT, READ_LEDGER, RENEW_LEASE, kind_of

_SIGNALS = {How.KILL: signal.SIGKILL, How.STOP: signal.SIGSTOP, How.SUSPEND: signal.SIGSTOP}

Request = Callable[..., Awaitable[aiohttp.ClientResponse]]


def operate(arguments: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    """The life of an operator, as `python -m ampacity` would lead it; does not return."""
    die_with_parent()
    os.environ.clear()
    os.environ.update(environment)
    with open(log, "ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    end = read_end(environment)
    if end is not None:
        plan(end)
    sys.exit(main(arguments))


def plan(end: End) -> None:
    """Wrap what every request goes through."""
    doom, original = Doom(end), aiohttp.ClientSession._request

    async def request(session: aiohttp.ClientSession, method: str, url: Any, **options: Any) -> Any:
        kind = "" if _watches(url, options) else kind_of(method, urlsplit(str(url)).path, _body(options))
        return await doom.around(original, kind, session, method, url, **options)

    aiohttp.ClientSession._request = request  # type: ignore[assignment, method-assign]


class Doom:
    """Counts requests and strikes at the planned one."""

    def __init__(self, end: End) -> None:
        self._end = end
        self._seen: Counter[When] = Counter()
        self._leads = self._struck = False

    async def around(self, request: Request, kind: str, *arguments: Any, **options: Any) -> Any:
        """One request, with the end before or after it if it is the one."""
        if kind == READ_LEDGER and not self._leads:
            self._begin()
        self._pass(kind, When.BEFORE)
        answer = await request(*arguments, **options)
        if answer.status < 300:
            self._pass(kind, When.AFTER)
        if self._struck and kind in (GRANT, BIND):
            print(LATE, answer.status, flush=True)
        return answer

    def _begin(self) -> None:
        """Only a leader reads the ledger."""
        self._leads = True
        if not self._end.kind:
            timer = threading.Timer(self._end.seconds, self._strike)
            timer.daemon = True
            timer.start()

    def _pass(self, kind: str, when: When) -> None:
        if kind != self._end.kind or not (self._leads or kind == RENEW_LEASE):
            return
        self._seen[when] += 1
        if when is self._end.when and self._seen[when] == self._end.nth:
            self._strike()

    def _strike(self) -> None:
        self._struck = True
        if self._end.how is How.SUSPEND:
            forgetting(self._signal)
        else:
            self._signal()

    def _signal(self) -> None:
        os.kill(os.getpid(), _SIGNALS[self._end.how])


def _watches(url: Any, options: Mapping[str, Any]) -> bool:
    return "watch=" in str(url) or "watch" in (options.get("params") or {})


def _body(options: Mapping[str, Any]) -> bytes:
    data = options.get("data")
    return data if isinstance(data, bytes) else b""
