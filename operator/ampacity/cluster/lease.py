"""Leader election on a coordination.k8s.io Lease.

Only the monotonic clock decides anything: a holder counts from the moment it
*sent* its last successful renewal, a candidate from the moment it last *saw*
the Lease change, so the holder always gives up first. The times written into
the Lease are for people.

The holder stops writing `margin` seconds before its Lease can expire, which is
the time its writes in flight have to end. A process that was stopped and wakes
up finds `may_write()` false; that its older patches are harmless too is the
fence's business, not the Lease's.

How long nobody leads: a holder that stops in good order lets go, and candidates
hear of it at once; should their watch be broken, they look every `look` seconds.
One that dies is replaced `duration` seconds after a candidate saw its last
renewal, and the candidate wakes up for that moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime

from ampacity import names
from ampacity.cluster.client import Client
from ampacity.cluster.errors import AccessError, ApiError
from ampacity.cluster.lease_object import LeaseObject
from ampacity.cluster.times import utcnow

_RETRY, _MARGIN, _PATIENCE = 0.15, 0.4, 0.3
"""Parts of the duration: from one renewal to the next, for writes to end, and for one try at most."""

_AGAIN = 0.3
"""After a failed renewal the next one follows after this part of the pause between two."""

_RELEASES = 3


class Leader:
    """A candidate for one Lease; run it as a task. All times in seconds.

    `identity` is for people; a random part makes each process its own holder.
    `retry` and `margin` go with the `duration` where they are not given.
    `on_change` hears when this process becomes or ceases to be the leader. While `fit` says no, it does
    not campaign, and lets go of a Lease it holds: another version may be able to do what this one cannot.
    """

    def __init__(
        self,
        client: Client,
        namespace: str,
        identity: str,
        *,
        name: str = names.LEASE,
        duration: float = 10.0,
        retry: float | None = None,
        margin: float | None = None,
        look: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = utcnow,
        on_change: Callable[[bool], None] = lambda leading: None,
        fit: Callable[[], bool] = lambda: True,
    ) -> None:
        self.holder = f"{identity}_{uuid.uuid4().hex[:8]}"
        self._lease = LeaseObject(client, namespace, name, self.holder, duration, clock, wall)
        self._duration, self._patience = duration, duration * _PATIENCE
        self._retry = duration * _RETRY if retry is None else retry
        self._margin = duration * _MARGIN if margin is None else margin
        self._look = min(look, self._retry)
        self._clock, self._on_change, self._fit = clock, on_change, fit
        self._watch = self._lease.watch(self._changed)
        self._heard = asyncio.Event()
        self._renewed_at: float | None = None
        self._settled = False
        self._leading = asyncio.Event()
        self._not_leading = asyncio.Event()
        self._not_leading.set()

    @property
    def leading(self) -> bool:
        """Whether this process leads, as far as `run` has noticed; ask `may_write` before a write."""
        return self._leading.is_set()

    @property
    def settled(self) -> bool:
        """Whether it is known who leads: this process, or somebody else."""
        return self._settled

    def may_write(self) -> bool:
        """Whether a write begun now ends before the Lease can be somebody else's."""
        if self._renewed_at is None:
            return False
        return self._clock() < self._renewed_at + self._duration - self._margin

    async def wait_leading(self) -> None:
        """Return as soon as this process leads."""
        await self._leading.wait()

    async def wait_lost(self) -> None:
        """Return as soon as this process does not lead."""
        await self._not_leading.wait()

    async def run(self) -> None:
        """Campaign, renew, campaign again; on cancellation, release the Lease if it is ours."""
        hearing = asyncio.create_task(self._watch.run(), name="lease")
        try:
            while True:
                self._heard.clear()
                went_well = await self._try()
                self._notice()
                await self._rest(self._pause(went_well))
        finally:
            hearing.cancel()
            await self._let_go()

    def _changed(self) -> None:
        """Somebody wrote the Lease: a candidate looks at it now, a holder knows."""
        if self._renewed_at is None:
            self._heard.set()

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._heard.wait()

    def _pause(self, went_well: bool) -> float:
        """Seconds until the next try."""
        if self._renewed_at is not None:
            return self._retry if went_well else self._retry * _AGAIN
        left = self._lease.expires - self._clock()
        return min(self._look, left) if left > 0 else self._look

    async def _try(self) -> bool:
        """One attempt to renew or to take the Lease; what fails is tried again next time."""
        try:
            async with asyncio.timeout(self._patience):
                if not self._fit():
                    await self._let_go()
                elif self._renewed_at is None:
                    await self._campaign()
                else:
                    await self._renew()
        except (ApiError, AccessError, TimeoutError):
            return False
        self._settled = True
        return True

    async def _campaign(self) -> None:
        """Take the Lease if it is free, has expired, or is ours by a write whose answer was lost."""
        if not await self._lease.look():
            await self._write(self._lease.create)
        elif self._lease.holder in ("", self.holder) or self._clock() >= self._lease.expires:
            await self._write(self._lease.take)

    async def _renew(self) -> None:
        """Write what we hold. If that is refused, somebody else edited it, or the answer to our last
        renewal was lost; unless the Lease is not ours any more."""
        try:
            await self._write(self._lease.renew)
        except ApiError as error:
            if error.status not in (404, 409):
                raise
            if await self._lease.look() and self._lease.holder == self.holder:
                await self._write(self._lease.renew)
            else:
                self._renewed_at = None

    async def _write(self, write: Callable[[], Awaitable[None]]) -> None:
        sent_at = self._clock()
        await write()
        self._renewed_at = sent_at

    async def _let_go(self) -> None:
        held, self._renewed_at = self._renewed_at is not None, None
        self._notice()
        if held:
            await self._release()

    async def _release(self) -> None:
        """Let others take over at once. If that fails again and again, the Lease expires."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._margin):
                for _ in range(_RELEASES):
                    with contextlib.suppress(ApiError, AccessError):
                        return await self._lease.release()

    def _notice(self) -> None:
        """Tell if we lead now and did not, or the other way round."""
        leads = self.may_write()
        if leads == self.leading:
            return
        now, past = (self._leading, self._not_leading) if leads else (self._not_leading, self._leading)
        past.clear()
        now.set()
        self._on_change(leads)
