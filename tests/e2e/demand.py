"""Sites around regions, pools that serve them, and what of the demand is served at every moment.

One replica is a GPU and does 10 requests a second; demand is stated in replicas, a tenth less than they do.
A region reaches its own edge site and the central one, and no other.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from ampacity import names
from hack.api import Api, Object
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


def make_sites(cluster: LocalCluster, regions: Sequence[str], nodes: int, central: int) -> None:
    """An edge site for each region, with its name and `nodes` nodes, and a central one."""
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


def served(ready: Mapping[str, int], demand: Demand) -> int:
    """Replicas' worth of demand that ready replicas serve, by site: at the edge first, the rest centrally."""
    own = {region: min(count, ready.get(region, 0)) for region, count in demand.items()}
    return sum(own.values()) + min(ready.get(CENTRAL, 0), sum(demand.values()) - sum(own.values()))


@dataclass
class Moment:
    """`at`: s; by pool: demand, and ready replicas by site."""

    at: float
    demand: dict[str, Demand]
    ready: dict[str, dict[str, int]]

    def missing(self) -> int:
        """Replicas' worth of demand that is not served."""
        return sum(
            sum(demand.values()) - served(self.ready.get(pool, {}), demand)
            for pool, demand in self.demand.items()
        )


@dataclass
class Watcher:
    """Looks at the Deployments of a namespace's pools four times a second, and keeps what it saw."""

    api: Api
    namespace: str
    demand: dict[str, Demand]
    moments: list[Moment] = field(default_factory=list)
    started: int = 0
    _replicas: Counter[tuple[str, str]] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10)

    @property
    def last(self) -> Moment:
        """What was seen last."""
        return self.moments[-1]

    def longest_shortage(self, since: float = 0.0) -> float:
        """Seconds for which, at a stretch, some demand was not served."""
        longest = begun = 0.0
        short = False
        for moment in (one for one in self.moments if one.at >= since):
            if not moment.missing():
                short = False
            elif not short:
                short, begun = True, moment.at
            longest = max(longest, moment.at - begun if short else 0.0)
        return longest

    def _watch(self) -> None:
        while not self._stop.wait(0.25):
            demand, found = dict(self.demand), deployments(self.api, self.namespace)
            alive = _answering(self.api)
            self._count({key: one["spec"]["replicas"] for key, one in found.items()})
            ready: dict[str, dict[str, int]] = {}
            for (name, site), one in found.items():
                serving = one.get("status", {}).get("readyReplicas", 0) if site in alive else 0
                ready.setdefault(name, {})[site] = serving
            self.moments.append(Moment(time.monotonic(), demand, ready))

    def _count(self, replicas: Mapping[tuple[str, str], int]) -> None:
        """Replicas that were started, as far as Deployments grew from one look to the next."""
        now = Counter(replicas)
        self.started += sum((now - self._replicas).values())
        self._replicas = now


def deployments(api: Api, namespace: str) -> dict[tuple[str, str], Object]:
    """By pool and site."""
    found = api.items(f"/apis/apps/v1/namespaces/{namespace}/deployments")
    return {
        (one["metadata"]["labels"][names.POOL], one["metadata"]["labels"][names.SITE]): one for one in found
    }


def _answering(api: Api) -> set[str]:
    """Sites with a node that is Ready; simulated pods on others do not notice that they are dead."""
    return {
        node["metadata"]["labels"][names.SITE]
        for node in api.items("/api/v1/nodes")
        for one in node["status"]["conditions"]
        if (one["type"], one["status"]) == ("Ready", "True")
    }
