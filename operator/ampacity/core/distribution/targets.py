"""What was decided for one pool, as those who follow it need it: values, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ampacity.core.distribution.answer import Share, Unserved
from ampacity.core.distribution.model import Rtt
from ampacity.core.site import Problem


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

    @property
    def kept(self) -> bool:
        """Whether the pool has a problem, so that nothing was decided for it."""
        return bool(self.problems)

    def at(self, site: str) -> dict[str, int]:
        """Replicas at one site, by variant, best liked first as far as rates tell."""
        found = {variant: count for (where, variant), count in self.replicas.items() if where == site}
        return {variant: found[variant] for variant in (*self.rate, *found) if variant in found}

    @property
    def by_site(self) -> Counter[str]:
        """Replicas of all variants at each site."""
        total: Counter[str] = Counter()
        for (site, _), count in self.replicas.items():
            total[site] += count
        return total
