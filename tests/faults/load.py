"""Mixed load, straight on the API server: pods come and go, a pool is scaled, nodes come and go.

It never gives up: while the API server is away, people and controllers try again too.
"""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from hack.api import Api, ApiError, Object
from tests.e2e import objects

T = TypeVar("T")

_NOT_YET = (OSError, http.client.HTTPException)
_INSISTS_S = 60.0
_CONDITION = "simulation.ampacity.io/condition"


def insist(work: Callable[[], T]) -> T:
    """Do it, again and again while the API server is away or overwhelmed."""
    deadline = time.monotonic() + _INSISTS_S
    while True:
        try:
            return work()
        except (*_NOT_YET, ApiError) as error:
            lasting = isinstance(error, ApiError) and error.status < 500 and error.status != 429
            if lasting or time.monotonic() > deadline:
                raise
        time.sleep(0.2)


class Load:
    """Use as a context manager: load while the block runs; at its end everything that is wanted is there.

    Then `pods` that somebody gated exist, and `pool` (the path of one) wants `replicas`. `flipping`: nodes
    that are not ready now and then.
    """

    def __init__(
        self, api: Api, namespace: str, pool: str, flipping: list[str], *, pods: int, replicas: int, seed: int
    ) -> None:
        self._api, self._pool, self._flipping = api, pool, flipping
        self._path = f"/api/v1/namespaces/{namespace}/pods"
        self._most, self._replicas = pods, replicas
        self._rng = random.Random(seed)
        self._alive: list[str] = []
        self._made = 0
        self._stop = threading.Event()
        jobs = (self._churn, self._scale, self._flip)
        self._threads = [threading.Thread(target=job, name=job.__name__, daemon=True) for job in jobs]
        self._failed: list[BaseException] = []

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(_INSISTS_S)
        assert not any(thread.is_alive() for thread in self._threads), "the load does not end"

    def _churn(self) -> None:
        """Pods come in small bursts, and as many go, young and old."""
        while not self._stop.is_set():
            for _ in range(self._rng.randint(1, 12)):
                self._make()
            while len(self._alive) > self._most - 12:
                self._remove(self._rng.randrange(len(self._alive)))
            time.sleep(self._rng.uniform(0.1, 0.5))
        while len(self._alive) < self._most:
            self._make()

    def _make(self) -> None:
        self._made += 1
        name = f"p-{self._made}"
        insist(lambda: self._post(objects.gated_pod(name)))
        self._alive.append(name)

    def _post(self, pod: Object) -> None:
        """An earlier try may have succeeded without an answer."""
        try:
            self._api.post(self._path, pod)
        except ApiError as error:
            if error.status != 409:
                raise

    def _remove(self, place: int) -> None:
        name = self._alive.pop(place)
        try:
            insist(lambda: self._api.delete(f"{self._path}/{name}"))
        except ApiError as error:
            if error.status != 404:
                raise

    def _scale(self) -> None:
        rng = random.Random(self._rng.random())
        while not self._stop.wait(rng.uniform(2, 5)):
            self._scale_to(rng.randint(0, self._replicas))
        self._scale_to(self._replicas)

    def _scale_to(self, replicas: int) -> None:
        insist(lambda: self._api.patch(self._pool, {"spec": {"replicas": replicas}}))

    def _flip(self) -> None:
        rng = random.Random(self._rng.random())
        while not self._stop.is_set():
            node = f"/api/v1/nodes/{rng.choice(self._flipping)}"
            self._annotate(node, rng.choice(["NotReady", "Unknown"]))
            self._stop.wait(rng.uniform(2, 5))
            self._annotate(node, None)
            self._stop.wait(rng.uniform(1, 3))

    def _annotate(self, node: str, condition: str | None) -> None:
        insist(lambda: self._api.patch(node, {"metadata": {"annotations": {_CONDITION: condition}}}))
