"""What distribution answers: values, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ampacity.core.distribution.eligibility import Bar
from ampacity.core.distribution.model import Choice
from ampacity.core.rows import Row
from ampacity.core.site import Problem


class Short(StrEnum):
    """What sites that may serve a region are short of; ENOUGH: nothing, nobody wants more of them."""

    LIMIT = "LimitShort"
    SLOTS = "NoSlots"
    SPREAD = "Spread"
    NOT_WORTH = "NotWorthAMove"
    ENOUGH = "Enough"


@dataclass(frozen=True, slots=True)
class Share:
    """A site's part of what is served of a region."""

    site: str
    part: float


@dataclass(frozen=True, slots=True)
class SiteCause:
    """Why a site does not serve more of a region. `row` and `short` (mW) where a row is what is short."""

    site: str
    reason: Bar | Short
    sentence: str
    row: Row | None = None
    short: int = 0


@dataclass(frozen=True, slots=True)
class Unserved:
    """Demand that finds no replica: requests/s (plain replicas: replicas), the part of what was asked, the
    cause that is nearest to being overcome, and the cause at each site that was looked at, nearest first."""

    pool: str
    region: str
    amount: float
    part: float
    cause: SiteCause
    sentence: str
    sites: tuple[SiteCause, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteNumber:
    """Why a pool has as many replicas at a site as it was given, and no more.

    `serves`: of each region with a flow to the site, the part of what it asks, largest first (none where
    replicas are counted). `cause`: what keeps the site from more; `though`: who
    would be better off with more, "" if nobody.
    """

    pool: str
    site: str
    replicas: int
    serves: tuple[tuple[str, float], ...]
    cause: SiteCause
    though: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """How good: GPUs' worth of demand served by priority (highest first), mean round trip of what is served
    (weighed by requests), and charged power, mW."""

    served: tuple[tuple[int, float], ...] = ()
    latency_ms: float = 0.0
    power: int = 0

    @property
    def gpus(self) -> float:
        """Served demand of all priorities."""
        return sum(gpus for _, gpus in self.served)


@dataclass(frozen=True, slots=True)
class Distribution:
    """The answer. `shares` and `spill` by (pool, region).

    `replicas`: above 0 only. `shares`: sum to 1; a region of which nothing is served has none. `spill`: the
    sites with replicas that may serve the region, best first, never one outside residency or bounds.
    `bound`: what fractions of replicas could reach at most. `problems`: by pool; such a pool keeps what it
    has. `notes`: by pool, what is kept less strictly than asked as there are too few sites now.
    """

    replicas: Mapping[Choice, int]
    shares: Mapping[tuple[str, str], tuple[Share, ...]]
    spill: Mapping[tuple[str, str], tuple[str, ...]]
    unserved: tuple[Unserved, ...]
    score: Score
    bound: Score
    problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
