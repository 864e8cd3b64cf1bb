"""Keeps the stores of our own kinds fresh: kopf for what changes, a list now and then for what it missed.

kopf ends on a good many troubles. It is then started anew, once a complete
list has shown that the kinds exist.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from ampacity import names
from ampacity.cluster.backoff import Backoff
from ampacity.cluster.client import Client
from ampacity.cluster.errors import AccessError, ApiError
from ampacity.cluster.listing import Torn, list_all
from ampacity.cluster.wire import Wire
from ampacity.controllers.handlers import NewSession, Sink
from ampacity.controllers.kopf_thread import run_kopf
from ampacity.controllers.stores import Object, Store

log = logging.getLogger(__name__)

_PAGES = {"limit": "500"}
_PAUSE = 1.0
_TRIES = 5


class OwnKinds:
    """Feeds `stores` (by plural name) until it is cancelled."""

    def __init__(
        self, client: Client, stores: Mapping[str, Store], session: NewSession, relist: float
    ) -> None:
        self._client, self._stores, self._session, self._relist = client, stores, session, relist
        self._served = asyncio.Event()
        self._soon = _PAUSE

    @property
    def listed(self) -> bool:
        """Whether every kind has been listed at least once."""
        return all(store.listed for store in self._stores.values())

    async def run(self) -> None:
        """Never returns; troubles are logged and waited out."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._list_for_ever())
            tasks.create_task(self._watch_for_ever())

    async def wait_served(self) -> None:
        """Return once every kind has been listed, and is served as far as we know."""
        await self._served.wait()

    async def list_all(self, floor: str = "") -> None:
        """List every kind at quorum, no older than `floor` (a resourceVersion). Raises ApiError."""
        for store in self._stores.values():
            store.newest = max(store.newest, int(floor or 0))
        await asyncio.gather(*(self._list(plural, store) for plural, store in self._stores.items()))

    async def _list(self, plural: str, store: Store) -> None:
        """A list of one moment, started over where that is not had."""
        backoff = Backoff()
        for left in reversed(range(_TRIES)):
            try:
                return await self._list_once(plural, store)
            except Torn:
                if not left:
                    raise
                await asyncio.sleep(backoff.next())

    async def _list_once(self, plural: str, store: Store) -> None:
        path, known = f"/apis/{names.GROUP}/{names.VERSION}/{plural}", store.newest
        objects, version = await list_all(self._client, path, Wire(), _as_it_is, _PAGES, Backoff())
        if int(version) < known:
            raise Torn(f"a list of {plural} is of version {version}, and {known} was known before it")
        store.take_list(objects, version)

    async def _list_for_ever(self) -> None:
        """Often at first after each start of kopf, whose own list misses what went just before it."""
        while True:
            try:
                await self.list_all()
            except (ApiError, AccessError) as error:
                log.warning("cannot list our own kinds: %s", error)
                self._served.clear()
                self._soon = _PAUSE
            else:
                self._served.set()
            await asyncio.sleep(self._soon)
            self._soon = min(self._relist, self._soon * 2)

    async def _watch_for_ever(self) -> None:
        while True:
            await self._served.wait()
            loop = asyncio.get_running_loop()
            sinks = {plural: _across_threads(loop, store) for plural, store in self._stores.items()}
            self._soon = _PAUSE
            await run_kopf(sinks, self._session)
            await asyncio.sleep(_PAUSE)


def _as_it_is(item: Object) -> Object:
    return item


def _across_threads(loop: asyncio.AbstractEventLoop, store: Store) -> Sink:
    def sink(obj: Object, deleted: bool) -> None:
        loop.call_soon_threadsafe(lambda: store.see(obj, deleted=deleted))

    return sink
