"""What was decided for one pool, as those who follow it need it: values, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ampacity.core.distribution.answer import Share, Unserved
from ampacity.core.distribution.model import Rtt
from ampacity.core.site import Problem

_NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Targets:
    """How many replicas a pool is to have where, and who serves whom.

    `replicas` by (site, variant), above 0 only. `rate`: work that one replica of a variant does; `work`: what
    all that is asked takes, in the same unit (see `goodput`); for plain replicas both count replicas.
    `shares`: by region, sums to 1; `spill`: by region, sites that may serve it, best first. `rtts`: by
    (region, site). `kept`: the pool cannot be decided (`problems` say why), and keeps what it has.
    """

    replicas: Mapping[tuple[str, str], int] = field(default_factory=dict)
    rate: Mapping[str, float] = field(default_factory=dict)
    work: float = 0.0
    shares: Mapping[str, tuple[Share, ...]] = field(default_factory=dict)
    spill: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rtts: Mapping[tuple[str, str], Rtt] = field(default_factory=dict)
    unserved: tuple[Unserved, ...] = ()
    problems: tuple[Problem, ...] = ()
    note: str = ""
    _at: Mapping[str, Mapping[str, int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        liked = {variant: place for place, variant in enumerate(self.rate)}
        found: dict[str, dict[str, int]] = {}
        order = sorted(self.replicas.items(), key=lambda one: liked.get(one[0][1], len(liked)))
        for (site, variant), count in order:
            found.setdefault(site, {})[variant] = count
        object.__setattr__(self, "_at", found)

    @property
    def kept(self) -> bool:
        """Whether the pool has a problem, so that nothing was decided for it."""
        return bool(self.problems)

    def at(self, site: str) -> Mapping[str, int]:
        """Replicas at one site, by variant, best liked first as far as rates tell."""
        return self._at.get(site, _NOTHING)

    @property
    def by_site(self) -> Counter[str]:
        """Replicas of all variants at each site."""
        return Counter({site: sum(counts.values()) for site, counts in self._at.items()})
