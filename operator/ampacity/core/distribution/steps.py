"""From what stands to what was decided, one step at a time, so that serving goes on meanwhile.

Up first: replicas that a site lacks are started wherever there is room. Those that are too many go

- at once where the site has less power than it draws, or may not be used;
- at once where they do not serve, as far as there is enough without them;
- else as soon as the others that serve do the pool's work without them;
- where the pool cannot start what it lacks because there is no room, and there is somebody who could use
  the room: up to a part of the pool's work before that, as a rolling update would (`BUDGET`).

What does not serve may have served a moment ago and be back in a second, while its successors may take
minutes to start. So it counts as if it served until those do (as in a rolling update, which keeps replicas of
the old template whether they are ready or not). A pod that is lost is another matter: what came in its place
would start later than the successors have, and is not worth a start.

A site cannot be told which of its replicas to end. So where variants stand side by side, those that serve
count as the slowest, and a site has too many only if it does its part whichever of them go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from math import ceil

BUDGET = 0.25
"""Part of its work that a pool gives up for room that is to be exchanged; at least one replica."""

_ROUNDING = 1e-9

Rates = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Stand:
    """A pool at one site. `target`, `there`: replicas by variant, `there` being those that have a place.

    `ready`: how many of them serve; `leaving`: more, that are on their way out. `cut_off`: nobody there
    answers, so nothing is changed, and nothing counted on. `must_go`: all that is not of the target, at once.
    `sought`: somebody's replicas find no room there.
    """

    target: Mapping[str, int] = field(default_factory=dict)
    there: Mapping[str, int] = field(default_factory=dict)
    ready: int = 0
    leaving: int = 0
    cut_off: bool = False
    must_go: bool = False
    sought: bool = False

    @property
    def count(self) -> int:
        """Replicas that have a place."""
        return sum(self.there.values())


def lacking(target: Mapping[str, int], there: Mapping[str, int], rates: Rates) -> dict[str, int]:
    """Replicas to start at a site by variant: no more than do the site's part together with what is there."""
    deficit = _work(target, rates) - _work(there, rates)
    found = {}
    for variant, count in target.items():
        rate = rates.get(variant, 1.0)
        more = min(count - there.get(variant, 0), ceil(deficit / rate - _ROUNDING))
        if more > 0:
            found[variant] = more
            deficit -= more * rate
    return found


def leaves(stands: Mapping[str, Stand], rates: Rates, work: float, no_room: bool) -> dict[str, int]:
    """How many replicas of a pool are to go at each site now.

    `work`: what is asked of the pool, in the unit of `rates`. `no_room`: some of its replicas find none.
    """
    if not any(map(_exceeds, stands.values())):
        return dict.fromkeys(stands, 0)
    step = _Step(stands, rates, work)
    step.at_once()
    step.while_served()
    if no_room:
        step.for_room()
    return step.goes


class _Step:
    """The pool while it is decided what goes."""

    def __init__(self, stands: Mapping[str, Stand], rates: Rates, work: float) -> None:
        order = sorted(stands, key=lambda site: (not stands[site].sought, site))
        self._stands = {site: stands[site] for site in order}
        self._rates = rates
        planned = sum(_work(one.target, rates) for one in stands.values())
        self._needed = min(planned, work)
        self._surplus = {site: _surplus(one, rates) for site, one in self._stands.items()}
        self._serving = {site: _serving(one, rates) for site, one in self._stands.items()}
        self.goes = dict.fromkeys(self._stands, 0)
        self._work = 0.0  # of what serves and stays, at least
        self._hope = 0.0  # the same, if all served where there is a surplus

    def at_once(self) -> None:
        """What must go, and what does not serve and would not be needed if it did; for room, one by one."""
        for site, one in self._stands.items():
            self.goes[site] = self._surplus[site] if one.must_go else 0
        self._hope = sum(map(self._hoped, self._stands))
        for site, one in self._stands.items():
            while self._idle(site) and self._is_spare(site):
                self._lose_idle(site)
            if one.sought and self._idle(site) and not self._goes():
                self._lose_idle(site)
        self._work = sum(self._at(site, self._left(site)) for site in self._stands)

    def while_served(self) -> None:
        """What the others can do without."""
        for site in self._stands:
            while self._may_lose_one(site, self._needed):
                self._lose_one(site)

    def for_room(self) -> None:
        """What makes room, at sites where that is sought; a pool that is short already, one by one."""
        for site in (site for site, one in self._stands.items() if one.sought):
            while self._may_lose_one(site, self._needed - max(BUDGET * self._needed, self._next(site))):
                self._lose_one(site)
            if self.goes[site] < self._surplus[site] and self._quiet():
                self._lose_one(site)

    def _may_lose_one(self, site: str, floor: float) -> bool:
        if self.goes[site] >= self._surplus[site]:
            return False
        return self._work - self._next(site) >= floor - _ROUNDING * max(1.0, floor)

    def _lose_one(self, site: str) -> None:
        self._work -= self._next(site)
        self.goes[site] += 1

    def _next(self, site: str) -> float:
        """Work that goes with one more replica."""
        left, then = self._left(site), self._left(site, 1)
        return self._at(site, left) - self._at(site, then)

    def _left(self, site: str, more: int = 0) -> int:
        """Replicas that serve and stay if so many more go: those that do not serve go first."""
        one = self._stands[site]
        return min(one.ready, len(self._serving[site]) - 1 - self.goes[site] - more)

    def _at(self, site: str, ready: int) -> float:
        return self._serving[site][max(0, ready)]

    def _idle(self, site: str) -> int:
        """Surplus replicas that do not serve and have not gone yet."""
        one = self._stands[site]
        return max(0, min(self._surplus[site], one.count - one.ready) - self.goes[site])

    def _hoped(self, site: str, more: int = 0) -> float:
        """Work of what stays if so many more go, and if all served where there is a surplus."""
        one = self._stands[site]
        hopeful = self._surplus[site] and not one.must_go
        return self._at(site, one.count - self.goes[site] - more if hopeful else self._left(site, more))

    def _is_spare(self, site: str) -> bool:
        """Whether one that does not serve may go: if all the others did, they would do without."""
        budget = max(BUDGET * self._needed, self._hoped(site) - self._hoped(site, 1))
        floor = self._needed - (budget if self._stands[site].sought else 0.0)
        after = self._hope + self._hoped(site, 1) - self._hoped(site)
        return after >= floor - _ROUNDING * max(1.0, floor)

    def _lose_idle(self, site: str) -> None:
        self._hope += self._hoped(site, 1) - self._hoped(site)
        self.goes[site] += 1

    def _goes(self) -> bool:
        """Whether anything of the pool is going."""
        return any(self.goes.values()) or any(one.leaving for one in self._stands.values())

    def _quiet(self) -> bool:
        """Whether nothing of the pool goes or comes, so that nothing more will serve by itself."""
        coming = (
            not one.cut_off and one.count - one.ready > self._idle(site)
            for site, one in self._stands.items()
        )
        return not self._goes() and not any(coming)


def _exceeds(stand: Stand) -> bool:
    """Whether there are more than belong there, of any variant. Most pools have come to rest."""
    return any(count > stand.target.get(variant, 0) for variant, count in stand.there.items())


def _surplus(stand: Stand, rates: Rates) -> int:
    """How many replicas the site does without, whichever they are."""
    if stand.cut_off:
        return 0
    if stand.must_go:
        return sum(max(0, count - stand.target.get(variant, 0)) for variant, count in stand.there.items())
    need, slowest = _work(stand.target, rates), _slowest(stand, rates)
    enough = (left for left, work in enumerate(slowest) if work >= need - _ROUNDING * max(1.0, need))
    return stand.count - next(enough, stand.count)


def _serving(stand: Stand, rates: Rates) -> list[float]:
    """Least work by number of replicas that serve; none where nobody answers."""
    return [0.0] * (stand.count + 1) if stand.cut_off else _slowest(stand, rates)


def _slowest(stand: Stand, rates: Rates) -> list[float]:
    """Work of the n slowest, for n from 0 up."""
    each = sorted(rates.get(variant, 1.0) for variant, count in stand.there.items() for _ in range(count))
    return [0.0, *accumulate(each)]


def _work(counts: Mapping[str, int], rates: Rates) -> float:
    return sum(count * rates.get(variant, 1.0) for variant, count in counts.items())
