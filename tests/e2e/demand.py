"""Sites around regions, pools that serve them, and which of the demand ready replicas serve.

One replica is a GPU and does 10 requests a second; demand is stated in replicas, a tenth less than they do.
A region reaches its own edge site and the central one, and no other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from hack.api import Object
from hack.cluster import LocalCluster
from tests.e2e import objects

PER_REPLICA = 9.0
NEAR_MS, CENTRAL_MS, FAR_MS, BOUND_MS = 4, 20, 90, 50
CENTRAL = "central"

Demand = Mapping[str, int]
"""Replicas' worth of requests by region."""


def model() -> Object:
    """10,000 tokens/s in, 1,000 out, on one GPU of the `round_profile`."""
    fit = {
        "accelerator": "round",
        "gpus": 1,
        "precision": "FP8",
        "memoryGigabytes": 20,
        "prefillTokensPerSecond": 10_000,
        "decodeTokensPerSecond": 1_000,
        "latency": {"timeToFirstTokenMilliseconds": 200, "interTokenLatencyMilliseconds": 20},
    }
    weights = [{"precision": "FP8", "gigabytes": 8}]
    spec = {"model": "example/toy", "weights": weights, "contextLength": 8192, "fits": [fit]}
    return {"apiVersion": objects.API, "kind": "ModelProfile", "metadata": {"name": "toy"}, "spec": spec}


def make_sites(
    cluster: LocalCluster,
    regions: Sequence[str],
    nodes: int,
    central: int,
    countries: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """An edge site for each region, with its name and `nodes` nodes, and a central one.

    `countries`: of sites.
    """
    path = f"{objects.GROUP_PATH}/modelprofiles"
    cluster.api.post(path, model())
    objects.create(cluster.api, objects.round_profile())
    for site, count in {**dict.fromkeys(regions, nodes), CENTRAL: central}.items():
        envelope = objects.two_feeds(site, f"{power(count, 8 * count)}kW", {"names": "r1"})
        envelope["spec"] |= {
            "tier": "Central" if site == CENTRAL else "Edge",
            "uplink": {"gigabitsPerSecond": 100},
            "latency": [{"region": one, "milliseconds": _distance(one, site)} for one in regions],
        }
        if site in countries:
            envelope["spec"]["location"] = {"country": countries[site]}
        objects.create(cluster.api, envelope)
        cluster.add_nodes(objects.node_line(count, "r1", site))


def power(nodes: int, gpus: int) -> int:
    """kW that so many nodes draw with so many busy GPUs."""
    return nodes * objects.IDLE_KW + gpus * objects.GPU_KW


def _distance(region: str, site: str) -> int:
    return NEAR_MS if site == region else CENTRAL_MS if site == CENTRAL else FAR_MS


def pool(name: str, demand: Demand, priority: int = 0) -> Object:
    """A pool of one-GPU replicas that serves the regions, at the edge first."""
    spec = {
        "priority": priority,
        "accelerators": ["round"],
        "demand": {"utilization": 1, "modelProfile": "toy", "regions": regions_of(demand)},
        "latency": {"roundTripMilliseconds": BOUND_MS},
        "placement": {"tiers": ["Edge", "Central"]},
        "template": {"spec": {"containers": [{"name": "main", "image": "example/main:1"}]}},
    }
    return {"apiVersion": objects.API, "kind": "GPUInferencePool", "metadata": {"name": name}, "spec": spec}


def regions_of(demand: Demand) -> list[Object]:
    """`spec.demand.regions`."""
    return [
        {
            "region": region,
            "requestsPerSecond": count * PER_REPLICA,
            "inputTokens": 1,
            "outputTokens": 100,
        }
        for region, count in demand.items()
    ]


def serving_at(regions: Sequence[str]) -> Object:
    """`spec.serving` with a gateway for each region, called like it."""
    return {"port": 80, "gateways": [{"name": region, "region": region} for region in regions]}


def served(ready: Mapping[str, int], demand: Demand, resident: Collection[str] = ()) -> int:
    """Replicas' worth of demand that ready replicas serve, by site: at the edge first, the rest centrally.

    `resident`: regions that may not be served there.
    """
    own = {region: min(count, ready.get(region, 0)) for region, count in demand.items()}
    rest = sum(count - own[region] for region, count in demand.items() if region not in resident)
    return sum(own.values()) + min(ready.get(CENTRAL, 0), rest)
