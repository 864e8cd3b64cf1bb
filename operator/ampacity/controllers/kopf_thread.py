"""kopf in a thread, with an event loop of its own.

When kopf ends, it cancels whatever tasks it finds in its loop; here it finds
only its own. And it must be stopped by an event of its own loop: it waits for
any other kind of flag in a worker thread, which then keeps it from ending when
something else has failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Mapping

import kopf

from ampacity.controllers.handlers import NewSession, Sink, operator_registry, operator_settings

log = logging.getLogger(__name__)

_STOP_WITHIN = 3.0


async def run_kopf(sinks: Mapping[str, Sink], session: NewSession) -> None:
    """Return when kopf has ended by itself, which is a failure; when cancelled, stop it first."""
    thread = _KopfThread(sinks, session)
    thread.start()
    try:
        await thread.ended.wait()
    except asyncio.CancelledError:
        thread.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_WITHIN):
                await thread.ended.wait()
        raise


class _KopfThread(threading.Thread):
    """One life of kopf. A daemon: should it hang, the process can end all the same."""

    def __init__(self, sinks: Mapping[str, Sink], session: NewSession) -> None:
        super().__init__(name="kopf", daemon=True)
        self._sinks, self._session = sinks, session
        self._loop, self._stop = asyncio.new_event_loop(), asyncio.Event()
        self._owner = asyncio.get_running_loop()
        self.ended = asyncio.Event()

    def stop(self) -> None:
        """Ask kopf to end; from any thread, at any time."""
        _call(self._loop, self._stop.set)

    def run(self) -> None:
        """The thread."""
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._operate())
        except Exception as error:
            log.warning("watching our own kinds failed and starts anew: %r", error)
        finally:
            _call(self._owner, self.ended.set)

    async def _operate(self) -> None:
        await kopf.operator(
            registry=operator_registry(self._sinks, self._session),
            settings=operator_settings(),
            clusterwide=True,
            standalone=True,
            stop_flag=self._stop,
        )


def _call(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    """Call in that loop, unless it has ended: then nobody waits any more."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(function)
