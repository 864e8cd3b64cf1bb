"""Which accelerator profiles each variant of a pool stands for."""

from __future__ import annotations

from collections.abc import Sequence

from ampacity.core.distribution.model import Pool
from ampacity.translate.pools.wish import ANY
from ampacity.translate.profiles.profile import expand_accelerators
from ampacity.translate.records import Profile


def profiles_of(wish: Pool, profiles: Sequence[Profile]) -> dict[str, tuple[str, ...]]:
    """Names of profiles by variant; () for one that stands on anything.

    A profile that a pool names in two ways, by itself and by its family, belongs to the better liked one.
    """
    taken: set[str] = set()
    found: dict[str, tuple[str, ...]] = {}
    for variant in wish.variants:
        if variant.name == ANY:
            return {ANY: ()}
        known, unknown = expand_accelerators((variant.name,), profiles)
        found[variant.name] = tuple(name for name in (*known, *unknown) if name not in taken)
        taken.update(known)
    return {name: own for name, own in found.items() if own}
