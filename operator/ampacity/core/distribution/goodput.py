"""How many replicas one request per second takes, and what that means where variants stand side by side.

Exactly, a request/s of a region takes (input * (1 - cached) / prefill + output / decode) / utilisation
replicas of a variant. At a site, requests of all regions go to whichever replica is least busy; nobody
steers a region's requests to a variant. So capacity may not depend on such steering. Each pool therefore
has one unit, *work*: one replica of its first variant. `rate[v]` is the work that a replica of v does,
by the pool's mean mix of tokens; `work[r]` what a request/s of region r takes, on the variant where it
takes most. Then for any split of requests over the replicas of a site, work done <= work taken: the
figures never promise too much. They are exact for a pool with one variant or one mix of tokens. Where
requests take no work at all (every token cached, none to write), one variant is as good as another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ampacity.core.distribution.model import Demand, Pool, Variant

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Goodput:
    """`work`: per demand of the pool, of one request/s; `rate`: per variant, of one replica."""

    work: Floats
    rate: Floats


def replicas_per_request(demand: Demand, variant: Variant, utilisation: float) -> float:
    """Replicas that one request/s takes. Raises ZeroDivisionError where a figure is missing (see `check`)."""
    prefill = demand.input_tokens * (1 - demand.cached) / variant.prefill
    return (prefill + demand.output_tokens / variant.decode) / utilisation


def goodput(pool: Pool) -> Goodput:
    """Work and rates of a pool; a plain replica is one unit of work, whatever its variant."""
    if pool.replicas is not None:
        return Goodput(np.ones(1), np.ones(len(pool.variants)))
    exact = np.array(
        [
            [replicas_per_request(demand, variant, pool.utilisation) for variant in pool.variants]
            for demand in pool.demand
        ]
    ).reshape(len(pool.demand), len(pool.variants))
    requests = np.array([demand.requests for demand in pool.demand])
    if not requests.any():
        requests = np.ones(len(pool.demand))
    mean = requests @ exact
    rate = mean[0] / mean if mean.all() and len(mean) else np.ones(len(pool.variants))
    return Goodput((exact * rate).max(axis=1, initial=0.0), rate)
