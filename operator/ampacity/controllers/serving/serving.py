"""Keeps what pools are reached by in step with what is ready, beside the placement cycle, not in its way.

A pass works on the newest scene. It begins when a cycle has offered one, when one of the objects has changed,
and every few seconds for what rests.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from ampacity.cluster.client import Client, OnError
from ampacity.cluster.errors import AccessError, ApiError
from ampacity.controllers.scene import Scene
from ampacity.controllers.serving.existing import Stock
from ampacity.controllers.serving.pickers import Pickers
from ampacity.controllers.serving.presence import served_kinds
from ampacity.controllers.serving.step import Step, Troubles
from ampacity.controllers.serving.tries import Tries
from ampacity.controllers.serving.writer import ServingWriter

log = logging.getLogger(__name__)

_LOOK_AGAIN = 3.0
"""Seconds until the next pass if nothing happens; CRDs that have come or gone are seen after that long."""

_SOON = 0.1


class Serving:
    """Run it as a task; `offer` hands it the newest scene. `on_trouble` is called when `troubles` (by the uid
    of pools) are others than before. `clock`: seconds, of a clock that never jumps."""

    def __init__(
        self,
        client: Client,
        *,
        may_write: Callable[[], bool],
        clock: Callable[[], float],
        on_trouble: Callable[[], None],
        on_error: OnError,
    ) -> None:
        self._client, self._clock, self._on_trouble = client, clock, on_trouble
        self._changed = asyncio.Event()
        self._stock = Stock(client, self._changed.set, on_error)
        self._tries = Tries(clock)
        writer = ServingWriter(client, self._stock, self._tries, may_write)
        self._step = Step(self._stock, writer, self._tries, Pickers(client, clock))
        self._scene: Scene | None = None
        self._looked = float("-inf")
        self.troubles: Troubles = {}

    def offer(self, scene: Scene) -> None:
        """Bring everything in step with this next."""
        self._scene = scene
        self._changed.set()

    def forget(self) -> None:
        """Write nothing more: somebody else leads."""
        self._scene, self.troubles = None, {}

    async def run(self) -> None:
        """Until cancelled; troubles are logged."""
        try:
            while True:
                await self._safely(self._look)
                await self._safely(self._pass)
                await self._rest()
        finally:
            await self._stock.close()

    async def _safely(self, work: Callable[[], Any]) -> None:
        try:
            await work()
        except (ApiError, AccessError) as error:
            log.warning("what pools are reached by is not in step: %s", error)
        except Exception:
            log.exception("what pools are reached by is not in step")

    async def _rest(self) -> None:
        soon = self._scene is not None and not self._stock.synced
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SOON if soon else _LOOK_AGAIN):
                await self._changed.wait()
        self._changed.clear()

    async def _look(self) -> None:
        """Which kinds are served now. While nobody knows, what was known last goes on."""
        if self._clock() - self._looked < _LOOK_AGAIN:
            return
        kinds = await served_kinds(self._client)
        self._looked = self._clock()
        for kind in await self._stock.follow(kinds):
            self._tries.forget(kind)

    async def _pass(self) -> None:
        scene = self._scene
        if scene is None or not self._stock.synced:
            return
        found = await self._step.take(scene)
        if self._scene is not None and found != self.troubles:
            self.troubles = found
            self._on_trouble()
