"""One pool as arrays: its demands, the points (sites) where it may serve, flows between them, options.

Blocks know nothing of each other: what they share is the room. So any set of pools can be decided together,
with the rest left as it stands. `fleet` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ampacity.core.distribution.model import Pool

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A pool: r regions, t points, f flows, o options.

    `work` [r]: demand, in replicas of the first variant; `requests` [r]: requests/s that are one unit of work
    (1 for plain replicas). `value`: GPUs that one unit of work stands for. `site` [t]: number of the site.
    `flow_*` [f]: region, point, ms and weighed ms (steps down the tiers included).
    `option_*` [o]: point, variant, berth, rate (work of one replica), power (mW), `current` replicas, `start`
    (part of its capacity that starting one costs; 0 where the pool does not serve yet).
    """

    pool: Pool
    regions: tuple[str, ...]
    work: Floats
    requests: Floats
    value: float
    site: Ints
    flow_region: Ints
    flow_point: Ints
    flow_ms: Floats
    flow_weight: Floats
    option_point: Ints
    option_variant: Ints
    option_berth: Ints
    option_rate: Floats
    option_power: Ints
    option_slots: Ints
    option_current: Ints
    option_start: Floats
    omitted: bool

    @property
    def sites(self) -> int:
        """Sites it must stand at, if it stands at all: as many as it can where it should at more."""
        survivors = 2 if self.pool.spread.survive and self.pool.replicas is not None else 1
        return max(1, min(max(self.pool.spread.sites, survivors), len(self.site)))

    @property
    def share(self) -> float:
        """The largest share of one site; never less than an even split among all it can have."""
        return max(self.pool.spread.share, 1 / max(1, len(self.site)))

    @property
    def spreads(self) -> bool:
        """Does its spread bind, so that replicas cannot be counted site by site?"""
        return self.sites > 1 or self.share < 1 or self.pool.spread.survive
