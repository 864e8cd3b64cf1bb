"""What of the demand is served at every moment, and where those who come in are sent."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from ampacity import names
from hack.api import Api, Object
from tests.e2e import objects
from tests.e2e.demand import Demand, served
from tests.e2e.gateways import ROUTES

Weights = Mapping[tuple[str, str], Mapping[str, int]]
"""By pool and origin, weights above 0 by site."""


@dataclass
class Moment:
    """`at`: s; by pool: demand, and ready replicas by site. `weights` of routes, `steering` of statuses."""

    at: float
    demand: Mapping[str, Demand]
    ready: Mapping[str, Mapping[str, int]]
    resident: Mapping[str, Collection[str]] = field(default_factory=dict)
    weights: Weights = field(default_factory=dict)
    steering: Weights = field(default_factory=dict)

    def missing(self) -> int:
        """Replicas' worth of demand that is not served, though those who come in may be sent anywhere."""
        return sum(
            sum(demand.values()) - served(self.ready.get(pool, {}), demand, self.resident.get(pool, ()))
            for pool, demand in self.demand.items()
        )


def longest(moments: Iterable[Moment], holds: Callable[[Moment], object]) -> float:
    """Seconds for which, at a stretch, it held."""
    most, begun = 0.0, None
    for moment in moments:
        begun = (moment.at if begun is None else begun) if holds(moment) else None
        most = max(most, moment.at - begun if begun is not None else 0.0)
    return most


@dataclass
class Watcher:
    """Looks at the Deployments of a namespace's pools four times a second, and keeps what it saw.

    `resident`: by pool, regions that only their own site may serve; `routed`: look at routes and statuses.
    """

    api: Api
    namespace: str
    demand: dict[str, Demand]
    resident: Mapping[str, Collection[str]] = field(default_factory=dict)
    routed: bool = False
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

    def since(self, begin: float) -> list[Moment]:
        """What was seen from then on."""
        return [moment for moment in self.moments if moment.at >= begin]

    def longest_shortage(self, since: float = 0.0) -> float:
        """Seconds for which, at a stretch, some demand was not served."""
        return longest(self.since(since), Moment.missing)

    def _watch(self) -> None:
        while not self._stop.wait(0.25):
            demand, found = dict(self.demand), deployments(self.api, self.namespace)
            alive = _answering(self.api)
            self._count({key: one["spec"]["replicas"] for key, one in found.items()})
            ready: dict[str, dict[str, int]] = {}
            for (name, site), one in found.items():
                serving = one.get("status", {}).get("readyReplicas", 0) if site in alive else 0
                ready.setdefault(name, {})[site] = serving
            moment = Moment(time.monotonic(), demand, ready, self.resident)
            if self.routed:
                moment.weights = weights(self.api, self.namespace)
                moment.steering = steering(self.api, self.namespace)
            self.moments.append(moment)

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


def weights(api: Api, namespace: str) -> Weights:
    """Of the pools' routes; gateways are called like their origins."""
    found: dict[tuple[str, str], Mapping[str, int]] = {}
    for route in api.items(ROUTES.format(namespace)):
        spec, pool = route["spec"], route["metadata"]["labels"][names.POOL]
        refs = spec["rules"][0].get("backendRefs", ())
        sites = {ref["name"].removeprefix(f"{pool}-"): ref["weight"] for ref in refs}
        found[pool, spec["parentRefs"][0]["name"]] = sites
    return found


def steering(api: Api, namespace: str) -> Weights:
    """What the pools' statuses say of the same."""
    pools = api.items(f"{objects.GROUP_PATH}/namespaces/{namespace}/gpuinferencepools")
    return {
        (pool["metadata"]["name"], one["region"]): {
            stop["site"]: stop["weight"] for stop in one["sites"] if stop["weight"]
        }
        for pool in pools
        for one in pool.get("status", {}).get("steering", ())
    }


def _answering(api: Api) -> set[str]:
    """Sites with a node that is Ready; simulated pods on others do not notice that they are dead."""
    return {
        node["metadata"]["labels"][names.SITE]
        for node in api.items("/api/v1/nodes")
        for one in node["status"]["conditions"]
        if (one["type"], one["status"]) == ("Ready", "True")
    }
