"""Whether this process may lead at all: only if its version can read the stored ledger.

During an upgrade, and after a rollback, the ledger may be of a version newer
than ours. What it announces may still happen, so nothing can be granted beside
it: such a process neither campaigns nor counts as ready. A rollout to it then
stops by itself, and the version that can read the ledger goes on leading.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ampacity.cluster.backoff import Backoff
from ampacity.cluster.errors import AccessError, ApiError
from ampacity.cluster.holds import HoldsStore
from ampacity.translate.ledger.codec import LedgerUnreadable

log = logging.getLogger(__name__)

_EVERY = 10.0
_UNKNOWN = "it is not known yet whether this version can read the stored ledger"


class Fitness:
    """`why_not`: what keeps this process from leading, "" if nothing does.

    `leading`: whether this process leads; then the ledger is its own, and it need not look.
    """

    def __init__(self, holds: HoldsStore, leading: Callable[[], bool]) -> None:
        self._holds, self._leading = holds, leading
        self.why_not = _UNKNOWN

    def fit(self) -> bool:
        """Whether this process may lead."""
        return not self.why_not

    async def run(self) -> None:
        """Look now and then, for ever; a look that fails changes nothing and is soon repeated."""
        backoff = Backoff(longest=5.0)
        while True:
            try:
                if not self._leading():
                    await self._look()
            except (ApiError, AccessError) as error:
                log.warning("cannot look at the stored ledger: %s", error)
                await asyncio.sleep(backoff.next(None))
            else:
                backoff.reset()
                await asyncio.sleep(_EVERY)

    async def _look(self) -> None:
        try:
            await self._holds.load()
        except LedgerUnreadable as error:
            self.found(str(error))
        else:
            self.found("")

    def found(self, why_not: str) -> None:
        """This is what keeps this process from leading now."""
        if why_not and why_not != self.why_not:
            log.error("not leading: %s", why_not)
        elif not why_not and self.why_not not in ("", _UNKNOWN):
            log.info("the stored ledger can be read again")
        self.why_not = why_not
