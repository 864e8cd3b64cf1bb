"""What there is of each kind, by one watch for each that is served, started and ended as CRDs come and go."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable

from ampacity import names
from ampacity.cluster.client import Client, OnError
from ampacity.cluster.watch import Watch
from ampacity.controllers.serving.current import Existing, read_any, read_existing
from ampacity.controllers.serving.kinds import GATEWAY, WATCHED


class Stock:
    """All objects with the label of a pool, and all gateways. `on_change` is called when one of them has."""

    def __init__(self, client: Client, on_change: Callable[[], None], on_error: OnError) -> None:
        self._client, self._on_change, self._on_error = client, on_change, on_error
        self._watches: dict[str, Watch[Existing]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def kinds(self) -> frozenset[str]:
        """Those that are watched."""
        return frozenset(self._watches)

    @property
    def synced(self) -> bool:
        """Whether all of them have been listed."""
        return bool(self._watches) and all(watch.synced for watch in self._watches.values())

    async def follow(self, kinds: Iterable[str]) -> frozenset[str]:
        """Watch these kinds and no others; which of them are other than before."""
        wanted = frozenset(kinds)
        changed = wanted ^ self.kinds
        for kind in self.kinds - wanted:
            await self._end(kind)
        for kind in wanted - self.kinds:
            self._begin(kind)
        return changed

    async def close(self) -> None:
        """End all watches."""
        await self.follow(())

    def of(self, kind: str) -> dict[tuple[str, str], Existing]:
        """All of one kind, by namespace and name."""
        watch = self._watches.get(kind)
        found = watch.store.objects.values() if watch else ()
        return {(one.namespace, one.name): one for one in found}

    def written(self, kind: str, record: Existing) -> None:
        """What a write answered."""
        watch = self._watches.get(kind)
        if watch is not None:
            watch.store.put(record)

    def _begin(self, kind: str) -> None:
        of_pools = kind != GATEWAY
        watch = Watch(
            self._client, WATCHED[kind].everywhere, read_existing if of_pools else read_any,
            label_selector=names.POOL if of_pools else "",
            on_change=lambda old, new: self._on_change(), on_error=self._on_error,
        )  # fmt: skip
        self._watches[kind], self._tasks[kind] = watch, asyncio.create_task(watch.run())

    async def _end(self, kind: str) -> None:
        del self._watches[kind]
        task = self._tasks.pop(kind)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
