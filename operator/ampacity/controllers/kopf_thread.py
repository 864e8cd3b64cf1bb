"""kopf in a thread, with an event loop of its own.

When kopf ends, it cancels whatever tasks it finds in its loop; here it finds
only its own. And it does not always end: watchers that wait for a session
while they are cancelled swallow that, and kopf waits for them for ever. So its
tasks are cancelled from here, several times, and what is left is left behind
with the loop. Something that is stuck without having failed shows by its
silence: kopf asks the API server at least as often as its watches end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping

import kopf

from ampacity.controllers.handlers import NewSession, Sink, operator_registry, operator_settings

log = logging.getLogger(__name__)

_STOP_WITHIN = 3.0
_CANCELLED_TIMES = 3
_LOOK = 5.0

SILENT = 90.0
"""Seconds without a request after which kopf is stuck: several times what it ever waits between two."""


async def run_kopf(sinks: Mapping[str, Sink], session: NewSession, silent: float = SILENT) -> None:
    """Return when kopf has ended by itself or is stuck, which both are failures; when cancelled, stop it."""
    thread = _KopfThread(sinks, session)
    thread.start()
    try:
        while not thread.ended.is_set() and time.monotonic() - thread.asked_at < silent:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(_LOOK, silent)):
                    await thread.ended.wait()
    finally:
        thread.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_WITHIN):
                await thread.ended.wait()
        thread.leave_behind()


class _KopfThread(threading.Thread):
    """One life of kopf. A daemon: should it hang, the process can end all the same."""

    def __init__(self, sinks: Mapping[str, Sink], session: NewSession) -> None:
        super().__init__(name="kopf", daemon=True)
        self._sinks, self._session = sinks, session
        self._loop, self._stop = asyncio.new_event_loop(), asyncio.Event()
        self._owner = asyncio.get_running_loop()
        self.ended = asyncio.Event()
        self.asked_at = time.monotonic()
        """When it last began a request."""

    def stop(self) -> None:
        """Ask kopf to end; from any thread, at any time."""
        _call(self._loop, self._stop.set)

    def leave_behind(self) -> None:
        """End the thread, whatever its tasks do."""
        _call(self._loop, self._loop.stop)

    def run(self) -> None:
        """The thread."""
        self._loop.set_exception_handler(_of_no_interest)
        try:
            self._loop.run_until_complete(self._operate())
        except Exception as error:
            log.warning("watching our own kinds failed and starts anew: %r", error)
        finally:
            self._loop.close()
            _call(self._owner, self.ended.set)

    async def _operate(self) -> None:
        """Until one of kopf's tasks ends, which none should but by `stop`. Raises what has ended it."""
        tasks = await kopf.spawn_tasks(
            registry=operator_registry(self._sinks, self._watched_session),
            settings=operator_settings(),
            clusterwide=True,
            standalone=True,
            stop_flag=self._stop,
        )
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await _end_all()
        for task in ended:
            task.result()

    def _watched_session(self) -> kopf.AiohttpSession:
        return self._session(self._asks)

    def _asks(self) -> None:
        self.asked_at = time.monotonic()


async def _end_all() -> None:
    """End every other task of this loop, as far as they let themselves be ended."""
    for _ in range(_CANCELLED_TIMES):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=_STOP_WITHIN / _CANCELLED_TIMES / 2)


def _of_no_interest(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    log.debug("in kopf's loop: %s", context.get("message"))


def _call(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    """Call in that loop, unless it has ended: then nobody waits any more."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(function)
