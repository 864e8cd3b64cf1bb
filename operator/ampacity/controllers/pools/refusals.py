"""What the API server has refused of pools' Deployments: told as it was said, and tried again ever later.

A policy, a quota, a right that is missing in a namespace, or a template that no
API server takes: whatever it is, the next try within seconds ends the same. It
may end by itself, though, or by somebody's edit elsewhere. So the writes rest,
and no watts are held for what cannot be created. An edited pool is tried at once.
What is to go does not rest: fewer replicas are asked for at once, and nothing else
of the Deployment is touched, so that whatever was refused of it stands in no way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from ampacity.cluster.errors import ApiError
from ampacity.controllers.pools.desired import Wanted
from ampacity.controllers.pools.reading import PoolScene
from ampacity.translate.pools.template import deployment_key

_FIRST, _LONGEST = 10.0, 300.0
"""Seconds between tries: 10, 20, 40 and so on, at last 300."""

_REMEMBERED = 60.0
"""Seconds beyond a rest for which a refusal is told if nothing is tried, because nothing has a place."""

_PASSING = (401, 404, 408, 409, 429)
"""Answers of the 4xx kind that say nothing against the Deployment; a name that is taken is no such one."""

NAME_TAKEN = "NameTaken"


def is_refusal(error: ApiError) -> bool:
    """Whether the API server has judged a Deployment, and not just failed to take it."""
    return 400 <= error.status < 500 and (error.status not in _PASSING or error.reason == NAME_TAKEN)


@dataclass(frozen=True, slots=True)
class Refused:
    """The Deployment of one generation of a pool at one site was refused, for the `tries`th time.

    `least`: the fewest replicas that were refused by themselves since.
    """

    uid: str
    generation: int
    place: tuple[str, str]
    why: str
    tries: int
    until: float
    least: int | None = None

    def is_of(self, pool: Mapping[str, object]) -> bool:
        """Whether it speaks of the pool with this metadata as it is now."""
        return (self.uid, self.generation) == (pool["uid"], pool["generation"])


class Refusals:
    """By Deployment. `clock`: seconds, of a clock that never jumps."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[str, Refused] = {}

    @property
    def all(self) -> tuple[Refused, ...]:
        """Those that nothing has contradicted yet."""
        return tuple(self._known.values())

    def note(self, item: Wanted, error: ApiError) -> None:
        """This Deployment was refused just now."""
        metadata, before = item.model.metadata, self._of(item)
        tries = before.tries + 1 if before else 1
        rest = min(_LONGEST, _FIRST * 2 ** min(tries - 1, 10))
        place = deployment_key(metadata.namespace, metadata.name, item.site), item.site
        ours = error.reason == NAME_TAKEN
        why = error.message if ours else f"the API server refused Deployment {item.key}: {error.message}"
        generation = metadata.generation or 0
        self._known[item.key] = Refused(
            metadata.uid or "", generation, place, why, tries, self._clock() + rest
        )

    def taken(self, key: str) -> None:
        """It was written."""
        self._known.pop(key, None)

    def rests(self, item: Wanted) -> bool:
        """Whether it is too early to try this Deployment again."""
        known = self._of(item)
        return known is not None and self._clock() < known.until

    def may_shrink(self, item: Wanted, replicas: int) -> bool:
        """Whether fewer replicas are to be asked for meanwhile. `replicas`: what the Deployment asks for."""
        known = self._of(item)
        most = replicas if known is None or known.least is None else min(replicas, known.least)
        return item.replicas < most

    def not_shrunk(self, item: Wanted) -> None:
        """That was refused, too: no more of it with so many replicas until the next try of all."""
        known = self._of(item)
        if known is not None:
            self._known[item.key] = replace(known, least=item.replicas)

    def barred(self, pools: Iterable[PoolScene]) -> dict[tuple[str, str], str]:
        """Controllers and sites that are not to be given places now, and why."""
        now = self._clock()
        current = {(meta["uid"], meta["generation"]) for meta in (pool.obj["metadata"] for pool in pools)}
        return {
            one.place: one.why
            for one in self._known.values()
            if now < one.until and (one.uid, one.generation) in current
        }

    def forget(self) -> None:
        """Drop what was not tried again for long."""
        old = self._clock() - _REMEMBERED
        self._known = {key: one for key, one in self._known.items() if one.until > old}

    def _of(self, item: Wanted) -> Refused | None:
        known, metadata = self._known.get(item.key), item.model.metadata
        same = known is not None and (known.uid, known.generation) == (metadata.uid, metadata.generation)
        return known if same else None
