"""Problems that distribution has with a pool, by the fields that people wrote."""

from __future__ import annotations

import re
from dataclasses import replace

from ampacity.core.site import Problem
from ampacity.translate.distribution.bounds import ANNOTATION
from ampacity.translate.records import PoolRecord

_PATHS = {
    "variants": "spec.accelerators",
    "demand": "spec.demand",
    "replicas": "spec.replicas",
    "utilisation": "spec.demand.utilization",
    "residency": "spec.placement.residency",
    "spread.sites": "spec.placement.spread.sites",
    "spread.share": "spec.placement.spread.maxSharePercent",
    "spread.survive": "spec.placement.spread.surviveSiteLoss",
    "max_rtt_ms": "spec.latency.roundTripMilliseconds",
    "max_ttft_ms": "spec.latency.timeToFirstTokenMilliseconds",
}
_FIELDS = {
    "region": "region",
    "requests": "requestsPerSecond",
    "input_tokens": "inputTokens",
    "output_tokens": "outputTokens",
    "cached": "cacheHitRate",
}
_DEMAND = re.compile(r"demand\[(\d+)\]\.(\w+)")


def in_spec(problem: Problem, pool: PoolRecord) -> Problem:
    """The problem at the field of the pool's object, or at what else binds the pool."""
    if problem.path == "residency" and pool.residency is None:
        return replace(problem, path=ANNOTATION)
    found = _DEMAND.fullmatch(problem.path)
    if found:
        return replace(problem, path=f"spec.demand.regions[{found[1]}].{_FIELDS[found[2]]}")
    return replace(problem, path=_PATHS[problem.path])
