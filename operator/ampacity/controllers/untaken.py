"""Holds that nobody takes: what a quota or an admission policy keeps a Deployment from making pods for,
and what a controller does not want back; and holds that nobody could take, because the API server refuses
the Deployment.

Such holds go after a while. A pool that did not take its own gets no new ones
until it has rested, so that others can have the watts in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ampacity.core.ledger import LEFT, VIRTUAL, Hold, Ledger, leaver, overdue, without_holds
from ampacity.core.plan import Reason, Refusal
from ampacity.core.snapshot import Waiter
from ampacity.translate.pools.template import deployment_key

_REST = 120
"""Seconds for which a pool gets no new holds after one was not taken."""

NOT_TAKEN = (
    "it had a place, but no pod came to take it; for two minutes others may have the watts, then it is"
    " planned again. Look for what keeps pods from being created: a quota, an admission policy"
)
"""What people are told of a replica whose pool rests."""


class Untaken:
    """Remembers since when holds wait, which controllers make pods, and which pools rest.

    Times: seconds of a clock that never jumps, so no clock that does can drop or keep a hold.
    `patience`: for how long a hold stands.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._met: dict[str, float] = {}
        self._alive: dict[str, float] = {}
        self._rests: dict[tuple[str, str], float] = {}
        self._refused: Mapping[tuple[str, str], str] = {}

    def refused(self, deployments: Mapping[tuple[str, str], str]) -> None:
        """These Deployments, by controller and site, cannot be written now, and why."""
        self._refused = deployments

    def begin(self) -> None:
        """What was before is not known: every hold has its full time from when it is met."""
        for memory in (self._met, self._alive, self._rests):
            memory.clear()

    def seen(self, controllers: Iterable[str], now: float) -> None:
        """These controllers have just shown a pod that takes a hold, or will."""
        self._alive.update(dict.fromkeys(controllers, now))

    def drop(self, ledger: Ledger, now: float) -> Ledger:
        """The ledger without holds that have waited in vain; a pool that they were for rests."""
        held = {hold.controller for hold in ledger.holds}
        self._alive = {key: at for key, at in self._alive.items() if key in held}
        self._met = {hold.key: self._met.get(hold.key, now) for hold in ledger.holds}
        self._rests = {key: until for key, until in self._rests.items() if now < until}
        useless = overdue(ledger, {h.key: self._since(h) for h in ledger.holds}, now, self._patience)
        made_for_pools = [hold for hold in useless if not hold.key.startswith(LEFT)]
        self._rests |= {(hold.controller, hold.site): now + _REST for hold in made_for_pools}
        return without_holds(ledger, (*useless, *filter(self._is_refused, ledger.holds)))

    def rests(self, waiter: Waiter) -> bool:
        """Whether this is a replica of a pool that rests at any site: what hinders it is in its namespace."""
        return self.refusal(waiter) is not None

    def refusal(self, waiter: Waiter) -> Refusal | None:
        """What a replica of a pool that rests is told; None for all others."""
        if not (self._rests or self._refused) or not waiter.uid.startswith(VIRTUAL):
            return None
        _, namespace, pool, _ = waiter.uid.split("/")
        for (key, site), why in self._refused.items():
            if deployment_key(namespace, pool, site) == key:
                return Refusal(waiter, Reason.REFUSED, why)
        if any(deployment_key(namespace, pool, site) == key for key, site in self._rests):
            return Refusal(waiter, Reason.NOT_TAKEN, NOT_TAKEN)
        return None

    def _is_refused(self, hold: Hold) -> bool:
        """What a pod of the Deployment left, another one will take: that needs no write of ours."""
        return (hold.controller, hold.site) in self._refused and not leaver(hold)

    def _since(self, hold: Hold) -> float:
        """A pool's Deployment that makes many pods, one after the other, keeps the holds for those to come.

        How many another controller will make, nobody knows: what was left to it stands for its time only.
        """
        met = self._met[hold.key]
        return met if hold.key.startswith(LEFT) else max(met, self._alive.get(hold.controller, met))
