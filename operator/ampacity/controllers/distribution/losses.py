"""Sites of which no node answers: merely cut off at first, lost after a while.

A site that is cut off keeps its last plan, for it may serve on and be back soon. Only once it has been silent
for some time do others get its share. It is used again once it has answered for a part of that time: nodes
come back one after the other, and nobody should decide by the first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

_BACK = 1 / 6
"""Part of the patience for which a lost site must answer before it is used again."""


class Losses:
    """Remembers since when sites have been silent. Times: seconds of a clock that never jumps.

    `patience`: for how long a site may be silent before it is lost.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._silent: dict[str, float] = {}
        self._lost: set[str] = set()
        self._back: dict[str, float] = {}

    def begin(self) -> None:
        """What was before is not known: every site has its full time from when it is found silent."""
        self._silent.clear()
        self._lost.clear()
        self._back.clear()

    def look(self, sites: Iterable[str], answering: Collection[str], now: float) -> Mapping[str, str]:
        """Sites that are lost now, and why, in words. `sites`: all that have nodes."""
        every = set(sites)
        silent = every - set(answering)
        self._silent = {site: self._silent.get(site, now) for site in silent}
        self._lost |= {site for site, since in self._silent.items() if now - since >= self._patience}
        self._lost &= every
        self._back = {site: self._back.get(site, now) for site in self._lost - silent}
        self._lost -= {site for site, since in self._back.items() if now - since >= self._patience * _BACK}
        return {site: self._why(site) for site in sorted(self._lost)}

    def due(self, now: float) -> float | None:
        """Seconds until another look may find another answer by itself; None if nothing is under way."""
        silent = (since + self._patience for site, since in self._silent.items() if site not in self._lost)
        back = (since + self._patience * _BACK for site, since in self._back.items() if site in self._lost)
        soonest = min((*silent, *back), default=None)
        return None if soonest is None else max(0.0, soonest - now)

    def _why(self, site: str) -> str:
        if site in self._back:
            return f"it was lost, and has answered for less than {self._patience * _BACK:g} s"
        return f"none of its nodes has answered for {self._patience:g} s"
