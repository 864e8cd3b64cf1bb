"""Which Services of endpoint pickers do not exist.

They carry no label of ours, and following all Services of a large cluster for them would cost much. So they
are asked for one by one, a few in each pass, and again after a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from ampacity.cluster.client import Client
from ampacity.cluster.errors import ApiError
from ampacity.controllers.serving.kinds import KINDS
from ampacity.controllers.serving.neighbours import Named
from ampacity.translate.serving.objects import SERVICE

_AT_ONCE = 10
_AGAIN_THERE, _AGAIN_MISSING = 600.0, 10.0
"""Seconds after which a Service is asked for again."""

_GONE = 404


class Pickers:
    """Remembers what was found. `clock`: seconds, of a clock that never jumps."""

    def __init__(self, client: Client, clock: Callable[[], float]) -> None:
        self._client, self._clock = client, clock
        self._missing: dict[Named, bool] = {}
        self._due: dict[Named, float] = {}

    async def look(self, wanted: Iterable[Named]) -> frozenset[Named]:
        """Those that do not exist, as far as is known; all others are forgotten."""
        names, now = set(wanted), self._clock()
        self._missing = {name: gone for name, gone in self._missing.items() if name in names}
        self._due = {name: at for name, at in self._due.items() if name in names}
        due = [name for name in names if self._due.get(name, now) <= now]
        due.sort(key=lambda name: (self._due.get(name, 0.0), name))
        await asyncio.gather(*map(self._ask, due[:_AT_ONCE]))
        return frozenset(name for name, gone in self._missing.items() if gone)

    async def _ask(self, name: Named) -> None:
        try:
            await self._client.get(KINDS[SERVICE].path(*name))
            gone = False
        except ApiError as error:
            if error.status != _GONE:
                return
            gone = True
        self._missing[name] = gone
        self._due[name] = self._clock() + (_AGAIN_MISSING if gone else _AGAIN_THERE)
