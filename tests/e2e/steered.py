"""Whether those who come in are sent where they may go, where somebody serves, and where there is room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from tests.e2e.demand import CENTRAL
from tests.e2e.watcher import Moment, longest

_LOAD = 0.9
"""What a replica's worth of demand takes of a replica."""

_BAND = 1.05
"""A replica may be used so far beyond its target before another one starts."""

_ROUNDED = 0.01
"""Weights are thousandths."""


def allowed(moment: Moment, pool: str, origin: str) -> set[str]:
    """Sites that may serve those who come in there."""
    return {origin} if origin in moment.resident.get(pool, ()) else {origin, CENTRAL}


def outside(moments: Iterable[Moment]) -> list[tuple[str, str, str]]:
    """Pool, origin and site of each weight that leads where it must not."""
    return [
        (pool, origin, site)
        for moment in moments
        for (pool, origin), sites in moment.weights.items()
        for site in sites.keys() - allowed(moment, pool, origin)
    ]


def into_the_void(moments: Sequence[Moment]) -> float:
    """Seconds for which, at most, a weight led to a site where nothing was ready, though something was at
    another one that was allowed."""
    every = {(*key, site) for moment in moments for key, sites in moment.weights.items() for site in sites}
    return max((longest(moments, _void(*one)) for one in every), default=0.0)


def _void(pool: str, origin: str, site: str) -> Callable[[Moment], bool]:
    def holds(moment: Moment) -> bool:
        ready = moment.ready.get(pool, {})
        others = any(ready.get(one, 0) for one in allowed(moment, pool, origin))
        return bool(moment.weights.get((pool, origin), {}).get(site) and not ready.get(site, 0) and others)

    return holds


def crowded(moments: Iterable[Moment]) -> float:
    """Seconds for which, at a stretch, a site was sent more than its ready replicas do, though all that was
    ready was enough."""
    return longest(moments, lambda moment: not moment.missing() and any(_over(moment)))


def _over(moment: Moment) -> Iterator[tuple[str, str]]:
    for pool, demand in moment.demand.items():
        sent: Counter[str] = Counter()
        for origin, count in demand.items():
            for site, weight in moment.weights.get((pool, origin), {}).items():
                sent[site] += count * weight
        for site, load in sent.items():
            ready = moment.ready.get(pool, {}).get(site, 0)
            if load * _LOAD / 1000 > ready * _BAND + _ROUNDED * len(demand):
                yield pool, site


def apart(moments: Sequence[Moment]) -> float:
    """Seconds for which a route and its pool's status said different things since either changed."""
    return max((_apart(moments, key) for key in {key for one in moments for key in one.weights}), default=0.0)


def _apart(moments: Sequence[Moment], key: tuple[str, str]) -> float:
    said = [(one.at, one.weights.get(key), one.steering.get(key)) for one in moments]
    most, since = 0.0, said[0][0]
    for (_, *before), (at, *now) in pairwise(said):
        since = at if before != now else since
        most = max(most, at - since if now[0] != now[1] else 0.0)
    return most


def share(moment: Moment, pool: str, site: str) -> int:
    """The largest weight that any of the pool's routes has for the site."""
    return max((sites.get(site, 0) for (name, _), sites in moment.weights.items() if name == pool), default=0)


def changes(moments: Iterable[Moment]) -> int:
    """How often a route got other weights."""
    return sum(
        later.weights[key] != weights
        for earlier, later in pairwise(moments)
        for key, weights in earlier.weights.items()
        if key in later.weights
    )
