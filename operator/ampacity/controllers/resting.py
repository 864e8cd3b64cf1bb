"""Templates whose pods cannot start where they are placed, and how long they rest before the next try.

A replacement is a new pod, so what is remembered is its controller and its
template. Each try that fails doubles the rest, and the try after a rest is one
pod alone: only when that is bound do the others follow. So a template that no
node can take visits a rack now and then, instead of all racks at once. It is
remembered where it failed, too: the planner would choose the same node again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

_FORGOTTEN_AFTER = 2
"""Multiples of the longest rest after which a template that was not tried again is forgotten, and a node
where it failed."""

_MOST_AVOIDED = 32
_DOUBLINGS = 32  # more than lead to any longest rest


@dataclass(frozen=True, slots=True)
class Rest:
    """`tries`: how many failed in a row. `since`, `until`: of the present rest; `told`: the end of it as
    people read it. `why`: what failed."""

    tries: int
    since: float
    until: float
    told: str
    why: str


class Resting:
    """Rests by template. `first`: seconds of the first one; `longest`: of the longest, as a multiple of it.

    `wall`: the moment so many seconds from now, for people. Times that are passed in are seconds of a
    clock that never jumps.
    """

    def __init__(self, first: float, wall: Callable[[float], str], *, longest: int) -> None:
        self._first, self._longest, self._wall = first, first * longest, wall
        self._rests: dict[Hashable, Rest] = {}
        self._failed_on: dict[Hashable, dict[str, float]] = {}

    def __bool__(self) -> bool:
        """Whether anything failed lately."""
        return bool(self._rests or self._failed_on)

    def of(self, template: Hashable) -> Rest | None:
        """The rest of a template that failed and has not succeeded since; it may be over."""
        return self._rests.get(template)

    def avoided(self, template: Hashable) -> frozenset[str]:
        """Nodes on which it failed lately; a success elsewhere says nothing of them."""
        return frozenset(self._failed_on.get(template, ()))

    def forgive(self, template: Hashable) -> None:
        """There is nowhere else to go: any node may be tried again."""
        self._failed_on.pop(template, None)

    def failed(self, template: Hashable, node: str, begun: float, now: float, why: str) -> None:
        """A try on `node` that began at `begun` failed. One that began before the present rest is no other
        failure."""
        nodes = self._failed_on.setdefault(template, {})
        nodes[node] = now
        if len(nodes) > _MOST_AVOIDED:
            del nodes[next(iter(nodes))]
        known = self._rests.get(template)
        if known is not None and begun < known.since:
            return
        tries = known.tries + 1 if known else 1
        seconds = min(self._longest, self._first * 2 ** min(tries - 1, _DOUBLINGS))
        self._rests[template] = Rest(tries, now, now + seconds, self._wall(seconds), why)

    def succeeded(self, template: Hashable) -> None:
        """One of its pods was bound: nothing is wrong with it any more."""
        self._rests.pop(template, None)

    def forget(self, now: float) -> None:
        """Drop what has not been tried again for long."""
        old = now - _FORGOTTEN_AFTER * self._longest
        self._rests = {key: rest for key, rest in self._rests.items() if rest.until > old}
        fresh = {
            key: {node: at for node, at in nodes.items() if at > old}
            for key, nodes in self._failed_on.items()
        }
        self._failed_on = {key: nodes for key, nodes in fresh.items() if nodes}
