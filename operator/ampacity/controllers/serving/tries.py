"""Writes that did not succeed: why, and when to try again. Rests double; an edited pool is tried at once."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass

from ampacity.cluster.errors import ApiError
from ampacity.controllers.pools.refusals import is_refusal
from ampacity.translate.serving.objects import Served

Key = tuple[str, str, str]

_FIRST, _FIRST_REFUSED, _LONGEST = 1.0, 10.0, 300.0
"""Seconds to rest: 1, 2, 4 and so on; 10, 20, 40 where the API server has judged; at last 300."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The last of `tries` in a row for one generation of a pool. `refused`: the API server has judged."""

    pool: tuple[str, int]
    tries: int
    until: float
    why: str
    refused: bool


class Tries:
    """By object. `clock`: seconds, of a clock that never jumps."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failed: dict[Key, Failed] = {}

    def failed(self, item: Served, error: ApiError) -> None:
        """This object was not written just now."""
        before, refused = self._of(item), is_refusal(error)
        tries = before.tries + 1 if before else 1
        rest = (_FIRST_REFUSED if refused else _FIRST) * 2 ** min(tries - 1, 20)
        until = self._clock() + min(_LONGEST, rest)
        self._failed[item.key] = Failed(item.pool, tries, until, f"{item}: {error.message}", refused)

    def done(self, item: Served) -> None:
        """It is as it should be."""
        self._failed.pop(item.key, None)

    def rests(self, item: Served) -> bool:
        """Whether it is too early to try this object again."""
        known = self._of(item)
        return known is not None and self._clock() < known.until

    def why(self, item: Served) -> str:
        """Why it is not written; "" if nothing is known against it."""
        known = self._of(item)
        return known.why if known else ""

    def keep(self, keys: Container[Key]) -> None:
        """Forget all others."""
        self._failed = {key: one for key, one in self._failed.items() if key in keys}

    def forget(self, kind: str) -> None:
        """Its CRD has come or gone: what was said before says nothing now."""
        self._failed = {key: one for key, one in self._failed.items() if key[0] != kind}

    def _of(self, item: Served) -> Failed | None:
        known = self._failed.get(item.key)
        return known if known is not None and known.pool == item.pool else None
