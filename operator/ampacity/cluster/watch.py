"""List and watch of one kind of objects, for ever, losing nothing silently.

What is counted comes from a complete list, then from events that follow it
without a gap. Whenever a gap is possible, the list is taken anew and compared
with what was known, so that also what vanished unseen is told. The rules:

- a list counts only if all its pages are of one resourceVersion, and it is no
  older than anything known of these objects: a server that lags behind would
  bring back what is gone;
- a watch resumes from the last event or bookmark that was read completely: a
  line that was cut off, or cannot be parsed, has not been read;
- 410 (the server no longer knows our resourceVersion) means: list again;
- anything else is normal life: wait a little longer each time, and resume.
  If resuming fails several times in a row without an event, list again;
- a connection on which nothing comes, not even a bookmark, is dead, whatever
  TCP thinks. The server sends one just before it ends a watch, and we have it
  end ours often, so that nobody plans for long on what was.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Any, Generic, TypeVar

from ampacity.cluster.backoff import Backoff
from ampacity.cluster.client import Client, OnError, ignore
from ampacity.cluster.errors import AccessError, ApiError
from ampacity.cluster.lines import Broken
from ampacity.cluster.list_counter import ListCounter
from ampacity.cluster.listing import Torn, list_all
from ampacity.cluster.reading import Reading
from ampacity.cluster.store import OnChange, Store, Versioned
from ampacity.cluster.stream import BOOKMARK, DELETED, News, news
from ampacity.cluster.wire import Json, Wire
from ampacity.core.ledger import newer

T = TypeVar("T", bound=Versioned)

_RESUMES = 5
_GONE = 410
_AT_ONCE = 1.0
_SERVER_CLOSES = (20, 30)
_STALL = 35.0


class Watch(Generic[T]):
    """Keeps `store` in step with the objects at `path`.

    `decode` makes a record of an object, or None of one that no longer counts.
    `stall`: seconds of silence after which a connection is given up.
    `on_error` hears of failures that `client` cannot see: "decode", "stream".
    `answered`: whether the server has ever answered a list, or a part of one.
    """

    def __init__(
        self,
        client: Client,
        path: str,
        decode: Callable[[Json], T | None],
        *,
        wire: Wire[Any] | None = None,
        field_selector: str = "",
        label_selector: str = "",
        page: int = 500,
        stall: float = _STALL,
        on_change: OnChange[T] | None = None,
        on_error: OnError = ignore,
        clock: Callable[[], float] = time.monotonic,
        rng: random.Random | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self.store: Store[T] = Store(on_change)
        self.answered = False
        self._client, self._path = client, path
        self._reading = Reading(self.store, decode, on_error, path)
        self._wire: Wire[Any] = wire or Wire()
        self._selectors = _selectors(field_selector, label_selector)
        self._limit, self._stall = page, stall
        self._on_error, self._clock = on_error, clock
        self._rng = rng or random.Random()
        self._backoff = backoff or Backoff(rng=self._rng)
        self._version = self._newest = ""
        self._failures = 0
        self._heard: float | None = None
        self._lists = ListCounter()
        self._round: asyncio.Task[None] | None = None

    @property
    def synced(self) -> bool:
        """Whether a complete list has been taken, ever; see `age` for how fresh it is kept."""
        return self._heard is not None

    @property
    def age(self) -> float:
        """Seconds since the server last showed that we are up to date; infinite before the first list."""
        return float("inf") if self._heard is None else self._clock() - self._heard

    @property
    def undecodable(self) -> Mapping[str, str]:
        """Objects that could not be read, by uid, and a sentence why. What was known of them before stays."""
        return self._reading.faults

    async def wait_synced(self) -> None:
        """Return once the first complete list is in the store."""
        await self._lists.wait(1)

    async def fresh(self, floor: str = "") -> None:
        """Return once a list that begins after this call is in the store: a view no older than now.

        `floor`: a resourceVersion written before this call. A list of an older one is not taken,
        whatever cache or lagging replica it came from.
        """
        wanted = self._lists.begun + 1
        self._version = ""
        if floor and (not self._newest or newer(floor, self._newest)):
            self._newest = floor
        if self._round is not None:
            self._round.cancel()
        await self._lists.wait(wanted)

    def revise(self, change: Callable[[T], T]) -> None:
        """Read every object anew; `change` gives back the very record that stays as it is."""
        self._reading.revise(change)

    async def run(self) -> None:
        """List and watch until cancelled; raises nothing else, but what `on_change` raises."""
        while True:
            self._round = asyncio.create_task(self._one_round())
            try:
                await self._round
            except asyncio.CancelledError:
                ours = asyncio.current_task()
                if ours is None or ours.cancelling():
                    raise

    async def _one_round(self) -> None:
        """One list if one is due, and one watch connection; after a failure also the wait."""
        try:
            if not self._version:
                await self._list()
            await self._follow()
        except Torn:
            await self._recover(None, lost=True)
        except ApiError as error:
            await self._recover(error.retry_after, lost=error.status == _GONE)
        except (Broken, AccessError):
            self._on_error("watch", "stream")
            await self._recover(None)

    async def _recover(self, retry_after: float | None, *, lost: bool = False) -> None:
        self._failures += 1
        if lost or self._failures >= _RESUMES:
            self._version = ""
        await asyncio.sleep(self._backoff.next(retry_after))

    async def _list(self) -> None:
        self._reading.begin_list()
        number, begun = self._lists.begin(), self._clock()
        asked = {**self._selectors, "limit": str(self._limit)}
        records, version = await list_all(
            self._client, self._path, self._wire, self._reading.listed, asked, self._backoff, self._answers
        )
        if self._newest and newer(self._newest, version):
            raise Torn(f"a list of {self._path} is of version {version}, and {self._newest} is known")
        self._reading.end_list(records, version)
        self._version, self._newest, self._heard = version, version, begun
        await self._lists.end(number)

    def _answers(self) -> None:
        self.answered = True

    async def _follow(self) -> None:
        """One watch connection, until the server ends it in good order."""
        begun, came = self._clock(), self._version
        since = {"resourceVersion": came, "timeoutSeconds": str(self._rng.randint(*_SERVER_CLOSES))}
        stream = news(self._client, self._path, self._wire, {**self._selectors, **since}, stall=self._stall)
        async with aclosing(stream):
            async for new in stream:
                self._take(new)
        if self._version == came and self._clock() - begun < _AT_ONCE:
            raise Broken("the server ended the watch at once")

    def _take(self, new: News) -> None:
        if new.type == DELETED:
            self._reading.gone(new.uid)
        elif new.type != BOOKMARK:
            self._reading.news(new.item, new.uid)
        self._version, self._newest, self._heard, self._failures = new.version, new.version, self._clock(), 0
        self._backoff.reset()


def _selectors(field: str, label: str) -> dict[str, str]:
    both = {"fieldSelector": field, "labelSelector": label}
    return {name: selector for name, selector in both.items() if selector}
