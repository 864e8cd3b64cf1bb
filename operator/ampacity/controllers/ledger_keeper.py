"""The ledger between two cycles: what is written, what may still be under way, and whose turn it is.

`core.ledger` says what each change of it means; here it meets its object in
the cluster and the answers to our patches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace

from ampacity.cluster.holds import FULL, LARGEST, HoldsStore, HoldsTooLarge, Stored
from ampacity.cluster.results import Outcome, Result
from ampacity.controllers.pools.fleet import Fleet
from ampacity.controllers.scene import Scene, sightings
from ampacity.controllers.untaken import Untaken
from ampacity.core.ledger import (
    Announcement,
    FenceEntry,
    Ledger,
    advance,
    announce,
    fitted,
    in_doubt,
    keep,
    release,
    resolve,
    take_over,
    withdraw,
)
from ampacity.core.plan import Grant, Refusal
from ampacity.core.snapshot import Waiter

_BARRED_FOR = 10.0
"""Seconds for which a pod whose grant was refused is not planned again at the same version."""


class LedgerKeeper:
    """Keeps one process's ledger. `fenced` is kept equal to the uids of pods with a fence entry.

    `hold_seconds`: for how long a place is kept for the pod that is to take it. `clock`: seconds, of a
    clock that never jumps; that of the wall decides nothing here.
    """

    def __init__(
        self,
        holds: HoldsStore,
        may_write: Callable[[], bool],
        identity: str,
        fenced: set[str],
        *,
        hold_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._holds, self._may_write, self._identity = holds, may_write, identity
        self._fenced, self._clock = fenced, clock
        self._stored: Stored | None = None
        self._resigned = False
        self._withdrawn: set[str] = set()
        self._unanswered: set[str] = set()
        self._barred: dict[str, tuple[str, float]] = {}
        self._untaken = Untaken(hold_seconds)

    @property
    def in_office(self) -> bool:
        """Whether the ledger is ours, as far as we know."""
        return self._stored is not None and not self._resigned

    def resign(self) -> None:
        """The ledger may be somebody else's now: take it over again before using it."""
        self._resigned = True

    async def take_over(self) -> str:
        """Make the ledger ours: whoever wrote it before can write it no more.

        The resourceVersion of that write: what is older than it may lack what they did.
        """
        self._resigned, self._stored = False, None
        found = await self._holds.load()
        ours = take_over(found.ledger, self._identity)
        stored = await self._holds.save(ours, found.version, self._may_write, FULL)
        for memory in (self._withdrawn, self._unanswered, self._barred):
            memory.clear()
        self._untaken.begin()
        self._remember(stored)
        return stored.version

    def settled(
        self, scene: Scene, fleet: Fleet, shut: frozenset[str], given_up: Container[str] = ()
    ) -> Ledger:
        """The ledger without what means nothing any more, and with the places that pods have just left.

        `shut`: nodes that admit nothing. `given_up`: pods whose place was not to be kept, by uid.
        """
        ledger = self._now().ledger
        at, now = ledger.sequence, self._clock()
        ledger = withdraw(ledger, self._withdrawn, at)
        ledger = resolve(ledger, sightings(scene.pods, ledger), at, given_up)
        ledger = keep(ledger, fleet.left(ledger, given_up), scene.owed, at)
        waiting = tuple(fleet.waiting(ledger))
        self._untaken.seen((controller for controller, _, _ in waiting), now)
        ledger = fitted(self._untaken.drop(ledger, now), waiting)
        return release(ledger, fleet.due_holds(ledger), fleet.usable - shut)

    def doubtful(self, ledger: Ledger) -> tuple[FenceEntry, ...]:
        """Entries whose pod must be changed before they can be dropped."""
        return in_doubt(ledger, self._unanswered)

    def changed(self, results: Iterable[Result]) -> None:
        """Those pods were changed on purpose: what was under way to them can only be refused."""
        self._unanswered.difference_update(r.uid for r in results if r.outcome is Outcome.APPLIED)

    def may_plan(self, waiter: Waiter) -> bool:
        """Not while a grant on this very version of the pod was just refused, or its pool rests."""
        version, until = self._barred.get(waiter.uid, ("", 0.0))
        barred = version == waiter.resource_version and self._clock() < until
        return not barred and not self._untaken.rests(waiter)

    def resting(self, waiters: Iterable[Waiter]) -> list[Refusal]:
        """Those of the waiters whose pool rests, and why."""
        return [told for waiter in waiters if (told := self._untaken.refusal(waiter)) is not None]

    def refused(self, deployments: Mapping[tuple[str, str], str]) -> None:
        """These Deployments, by controller and site, cannot be written now, and why: no places for them."""
        self._untaken.refused(deployments)

    async def commit(self, ledger: Ledger, grants: tuple[Grant, ...]) -> Announcement:
        """Write the ledger with as many of `grants` as its object has room for; the rest is deferred.

        From then on each fenced grant is in doubt until `answered` knows better, whatever happens between.
        Raises ApiError and Conflict; the ledger must then be taken over again.
        """
        base, fitting = advance(ledger), len(grants)
        while True:
            announced = announce(base, grants[:fitting], base.sequence)
            try:
                await self._save(announced)
            except HoldsTooLarge:
                if not fitting:
                    raise
                fitting //= 2
            else:
                self._withdrawn.clear()
                self._unanswered.update(grant.waiter.uid for grant in announced.fenced)
                self._untaken.seen((grant.waiter.controller for grant in announced.fenced), self._clock())
                return replace(announced, deferred=announced.deferred + len(grants) - fitting)

    def answered(self, grants: Iterable[Grant], results: Iterable[Result]) -> None:
        """What became of the grants that were announced, in the same order."""
        now = self._clock()
        self._barred = {uid: barred for uid, barred in self._barred.items() if now < barred[1]}
        for grant, result in zip(grants, results, strict=True):
            if result.outcome is Outcome.UNKNOWN:
                continue
            self._unanswered.discard(result.uid)
            if result.outcome is Outcome.DROPPED:
                self._withdrawn.add(result.uid)
                self._barred[result.uid] = (grant.waiter.resource_version, now + _BARRED_FOR)

    async def leave(self, may_write: Callable[[], bool]) -> None:
        """Take grants that were never sent off the ledger before another leader comes: it would have to
        change each of their pods. Raises ApiError and Conflict; what is not written stays in doubt."""
        stored = self._now()
        ledger = withdraw(stored.ledger, self._withdrawn, stored.ledger.sequence)
        self._stored = None
        if ledger != stored.ledger:
            await self._holds.save(advance(ledger), stored.version, may_write, FULL)

    async def _save(self, announced: Announcement) -> None:
        """Grants are written even if the same ones stand there: their sequence must be on record."""
        before, ledger = self._now(), announced.ledger
        if not announced.fenced and replace(ledger, sequence=before.ledger.sequence) == before.ledger:
            return
        self._stored = None
        limit = LARGEST if announced.fenced or announced.held else FULL
        try:
            stored = await self._holds.save(ledger, before.version, self._may_write, limit)
        except HoldsTooLarge:
            self._stored = before
            raise
        self._remember(stored)

    def _remember(self, stored: Stored) -> None:
        self._stored = stored
        self._fenced.clear()
        self._fenced.update(entry.uid for entry in stored.ledger.fence)

    def _now(self) -> Stored:
        if self._stored is None:
            raise RuntimeError("the ledger is not ours; it must be taken over first")
        return self._stored
