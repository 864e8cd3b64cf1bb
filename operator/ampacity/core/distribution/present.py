"""How much of a pool's demand is served by the replicas that are ready, on the way to what was decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ampacity.core.distribution.flows import flows
from ampacity.core.distribution.model import Demand
from ampacity.core.distribution.targets import Targets


def served_now(
    targets: Targets,
    demand: Sequence[Demand],
    ready: Mapping[str, int],
    order: Callable[[str], Sequence[str]],
) -> dict[str, float]:
    """By region, requests/s. `ready`: replicas by site; `order`: sites that may serve it, best first."""
    requests = {one.region: one.requests for one in demand}
    found = flows(targets, requests, ready, {region: order(region) for region in requests})
    return {region: flow.served * requests[region] for region, flow in found.items()}
