"""What was worked out for each pool, for as long as nothing that it depends on has changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ampacity.controllers.serving.wanted import Reached
from ampacity.translate.serving.objects import Served
from ampacity.translate.serving.routes import Route

Names = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Made:
    pool: Reached
    kinds: frozenset[str]
    there: Names
    routes: tuple[Route, ...]


class Memory:
    """By the uid of pools. What is asked for again is the very same objects."""

    def __init__(self) -> None:
        self._backends: dict[str, tuple[tuple[object, ...], tuple[Served, ...]]] = {}
        self._routes: dict[str, _Made] = {}

    def backends(self, pools: Collection[Reached], kinds: frozenset[str]) -> dict[str, tuple[Served, ...]]:
        """Of all the pools; the others are forgotten."""
        found = {}
        for pool in pools:
            by: tuple[object, ...] = (pool.model, pool.sites, kinds)
            before, made = self._backends.get(pool.uid, ((), ()))
            found[pool.uid] = (by, made if before == by else pool.backends(kinds))
        self._backends = found
        return {uid: made for uid, (_, made) in found.items()}

    def routes(
        self, pools: Collection[Reached], kinds: frozenset[str], there: Mapping[str, Names]
    ) -> dict[str, tuple[Route, ...]]:
        """`there`: backends that exist, by the uid of their pools."""
        found = {}
        for pool in pools:
            names, before = there.get(pool.uid, frozenset()), self._routes.get(pool.uid)
            same = before and (before.pool, before.kinds, before.there) == (pool, kinds, names)
            found[pool.uid] = (
                before if before and same else _Made(pool, kinds, names, pool.routes(kinds, names))
            )
        self._routes = found
        return {uid: made.routes for uid, made in found.items()}
