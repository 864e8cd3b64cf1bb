"""What users do while operators die: bursts of equal pods and of mixed ones, pools that grow and shrink,
an envelope that is edited. At any moment more is wanted than fits.

A site has two feeds, either of which may fail, so that `FIT` GPUs fit there
whatever the pods' sizes, and 0.4 kW are left over.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Iterator
from functools import partial
from types import TracebackType
from typing import Self

from hack.api import Object, each
from hack.cluster import LocalCluster
from tests.e2e import objects
from tests.integration.controllers.steps import POOLS, change, pool

NODES = 4
RACKS = {"hall": 4, "mill": 2, "edge": 1}
FIT = {"hall": 60, "mill": 40, "edge": 10}
EQUAL = 90
MIXED = (*[4] * 8, *[2] * 12, *[1] * 20)
CHAT, TIDE = 8, 2
"""Replicas of two GPUs each: the pool that stays, and the one that comes and goes."""

_AT_A_TIME = 8
_PAUSE_S = 0.4


def envelope(site: str) -> Object:
    """Racks carry 20 busy GPUs each, which never binds."""
    feed = RACKS[site] * NODES * objects.IDLE_KW + FIT[site] * objects.GPU_KW + 0.4
    racks = {"names": f"r[1-{RACKS[site]}]", "limit": f"{NODES * objects.IDLE_KW + 20 * objects.GPU_KW}kW"}
    made = objects.two_feeds(site, f"{feed}kW", racks)
    made["spec"]["tier"] = "Edge" if site == "edge" else "Central"
    return made


def build(cluster: LocalCluster, *sites: str) -> None:
    """The profile, these sites and their nodes."""
    objects.create(cluster.api, objects.round_profile(), *map(envelope, sites))
    cluster.add_nodes(*(objects.node_line(NODES, f"r[1-{RACKS[site]}]", site) for site in sites))


def pod(name: str, site: str, gpus: int = 1) -> Object:
    """A gated pod that may run at that site only."""
    made = objects.gated_pod(name, gpus)
    made["metadata"]["labels"] = {"ampacity.io/site": site}
    return made


class Load(threading.Thread):
    """As a context manager, under way while operators die; leaves exactly the pods and replicas that are
    named above.

    `kept`: uid by name of every pod that was made and not deleted.
    """

    def __init__(self, cluster: LocalCluster, namespace: str) -> None:
        super().__init__(name="load", daemon=True)
        self.kept: dict[str, str] = {}
        self.failure: BaseException | None = None
        self._api, self._path = cluster.api, f"/api/v1/namespaces/{namespace}/pods"
        self._pools, self._namespace = POOLS.format(namespace), namespace
        self._sizes: dict[str, tuple[str, int]] = {}
        self._random = random.Random(1)
        self._numbers = itertools.count()
        self._over = threading.Event()

    def __enter__(self) -> Self:
        """The first burst, and the pools."""
        self._make([("hall", 1)] * EQUAL + [("mill", gpus) for gpus in MIXED])
        for name, replicas in (("chat", CHAT), ("tide", 0)):
            self._api.post(self._pools, pool(name, replicas, placement={"tiers": ["Edge"]}))
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self.join()
        if error is None and self.failure is not None:
            raise self.failure
        self._scale("chat", CHAT)
        self._scale("tide", 0)

    def run(self) -> None:
        try:
            for step in self._steps():
                if self._over.wait(_PAUSE_S):
                    break
                step()
        except BaseException as error:
            self.failure = error

    def replace_mixed(self) -> None:
        """Delete the mixed pods and make the same ones anew, all at once."""
        names = [name for name, (site, _) in self._sizes.items() if site == "mill"]
        for name in names:
            self._remove(name)
        self._make([("mill", gpus) for gpus in MIXED])

    def _steps(self) -> Iterator[Callable[[], None]]:
        for number in itertools.count():
            ebbs = number // 2 % 2
            yield partial(self._replace, "hall")
            yield partial(self._scale, "chat", CHAT if ebbs else 3)
            yield partial(self._replace, "mill")
            yield partial(self._scale, "tide", 0 if ebbs else TIDE)
            yield partial(self._edit, number)

    def _replace(self, site: str) -> None:
        """Some pods go, waiting or running, and as many of the same sizes come."""
        names = sorted(name for name, (of, _) in self._sizes.items() if of == site)
        gone = self._random.sample(names, _AT_A_TIME)
        sizes = [self._sizes[name] for name in gone]
        for name in gone:
            self._remove(name)
        self._make(sizes)

    def _make(self, sizes: list[tuple[str, int]]) -> None:
        made = [(f"{site}-{next(self._numbers)}", site, gpus) for site, gpus in sizes]
        for name, site, gpus in made:
            self._sizes[name] = (site, gpus)
        self.kept.update(each(self._post, made))

    def _post(self, made: tuple[str, str, int]) -> tuple[str, str]:
        return made[0], self._api.post(self._path, pod(*made))["metadata"]["uid"]

    def _remove(self, name: str) -> None:
        del self._sizes[name], self.kept[name]
        self._api.delete(f"{self._path}/{name}")

    def _scale(self, name: str, replicas: int) -> None:
        change(self._api, f"{self._pools}/{name}", replicas=replicas)

    def _edit(self, number: int) -> None:
        """A change that means nothing for power."""
        path = f"{objects.GROUP_PATH}/sitepowerenvelopes/hall"
        change(self._api, path, location={"country": ("SE", "IT")[number % 2]})
