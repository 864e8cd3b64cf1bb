"""Holds that nobody takes: what a quota or an admission policy keeps a Deployment from making pods for.

Such holds go after a while, and their pool gets no new ones until it has
rested, so that others can have the watts in between.
"""

from __future__ import annotations

from collections.abc import Iterable

from ampacity.core.ledger import VIRTUAL, Ledger, overdue, without_holds
from ampacity.core.snapshot import Waiter
from ampacity.translate.pools.template import deployment_key

_REST = 120
"""Seconds for which a pool gets no new holds after one was not taken."""


class Untaken:
    """Remembers which controllers make pods, and which pools rest. Times: integer seconds since the epoch."""

    def __init__(self) -> None:
        self._began = 0
        self._alive: dict[str, int] = {}
        self._rests: dict[tuple[str, str], int] = {}

    def begin(self, now: int) -> None:
        """What was before is not known: every hold has its full time from now."""
        self._began = now
        self._alive.clear()
        self._rests.clear()

    def seen(self, controllers: Iterable[str], now: int) -> None:
        """These controllers have just shown a pod that takes a hold, or will."""
        self._alive.update(dict.fromkeys(controllers, now))

    def drop(self, ledger: Ledger, now: int) -> Ledger:
        """The ledger without holds that have waited in vain; whoever they were for rests."""
        held = {hold.controller for hold in ledger.holds}
        self._alive = {key: at for key, at in self._alive.items() if key in held}
        self._rests = {key: until for key, until in self._rests.items() if now < until}
        useless = overdue(ledger, self._alive, self._began, now)
        self._rests |= {(hold.controller, hold.site): now + _REST for hold in useless}
        return without_holds(ledger, useless)

    def rests(self, waiter: Waiter) -> bool:
        """Whether this is a replica of a pool that rests at any site: what hinders it is in its namespace."""
        if not self._rests or not waiter.uid.startswith(VIRTUAL):
            return False
        _, namespace, pool, _ = waiter.uid.split("/")
        return any(deployment_key(namespace, pool, site) == key for key, site in self._rests)
