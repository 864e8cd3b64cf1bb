"""Which objects pools are to be reached by, from one scene. Pure.

A replica on a node that does not answer is not ready, though its pod may say so for a while: who comes in
elsewhere must not be sent there. A site that is merely cut off has gateways of its own, which keep theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass

from ampacity.apis import GPUInferencePool
from ampacity.controllers.pools.reading import PoolScene
from ampacity.controllers.scene import Scene
from ampacity.controllers.status.serving import NO_PORT, NO_ROUTES, NOTHING_READY, Trouble
from ampacity.translate.records import PoolRecord
from ampacity.translate.serving.backends import backends, port_of, problem_of
from ampacity.translate.serving.naming import site_object
from ampacity.translate.serving.objects import INFERENCE_POOL, ROUTE, Served
from ampacity.translate.serving.origins import Standing
from ampacity.translate.serving.routes import Route, routes


@dataclass(frozen=True, slots=True)
class Reached:
    """A pool that is to be reached, and what is known of it. `sites`: where it has or is to have replicas."""

    model: GPUInferencePool
    standing: Standing
    port: int
    sites: tuple[str, ...]

    @property
    def uid(self) -> str:
        return self.model.metadata.uid

    @property
    def undecided(self) -> bool:
        """Whether its rows are not known yet, as the operator is new: routes that can stay wait for them."""
        return self.standing.record.wish is not None and self.standing.targets is None

    def backends(self, kinds: Container[str]) -> tuple[Served, ...]:
        """Services and, where they are served, InferencePools."""
        return tuple(backends(self.model, self.port, self.sites, inference=INFERENCE_POOL in kinds))

    def routes(self, kinds: Container[str], there: Collection[tuple[str, str]]) -> tuple[Route, ...]:
        """`there`: namespaces and names of the backends that exist, of the kind that routes name."""
        if ROUTE not in kinds:
            return ()
        metadata = self.model.metadata
        named = {site: (metadata.namespace, site_object(metadata.name, site)) for site in self.sites}
        usable = [site for site, name in named.items() if name in there]
        inference = INFERENCE_POOL in kinds
        return tuple(routes(self.model, self.standing, self.port, usable, inference=inference))


class Readable:
    """Pools as they were when they could last be read: traffic must follow what is ready in any case."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[GPUInferencePool, PoolRecord]] = {}

    def read(self, pools: Iterable[PoolScene]) -> dict[str, tuple[GPUInferencePool, PoolRecord]]:
        """By uid, all that could ever be read."""
        found = {}
        for pool in pools:
            uid = pool.obj["metadata"]["uid"]
            if pool.model is not None and pool.record is not None:
                found[uid] = pool.model, pool.record
            elif uid in self._known:
                found[uid] = self._known[uid]
        self._known = found
        return found


def reached(scene: Scene, pools: Iterable[tuple[GPUInferencePool, PoolRecord]]) -> Iterator[Reached]:
    """Those of the pools that ask for it, and say at which port."""
    sites = {verdict.obj["metadata"]["name"]: verdict.value for verdict in scene.envelopes}
    known = {name: site for name, site in sites.items() if site is not None}
    ready = _ready(scene)
    for model, record in pools:
        port = port_of(model)
        if model.spec.serving is None or port is None:
            continue
        targets = scene.targets.get(f"{record.namespace}/{record.name}")
        at = ready.get(record.uid, {})
        standing = Standing(record, at, known, scene.namespaces, targets, frozenset(scene.closed))
        planned = targets.by_site if targets else {}
        yield Reached(model, standing, port, tuple(sorted({*at, *planned})))


def _ready(scene: Scene) -> dict[str, dict[str, int]]:
    """Ready replicas by the uid of their pool and by site."""
    answering = {node.name for node in scene.nodes if node.ready}
    silent = Counter(
        pod.controller
        for node in scene.index.nodes()
        if node not in answering
        for pod in scene.index.on_node(node)
        if pod.pool and not pod.terminating
    )
    found: dict[str, dict[str, int]] = {}
    for one in scene.deployments:
        answers = one.pods - silent[f"Deployment/{one.namespace}/{one.name}"]
        found.setdefault(one.owner, {})[one.site] = max(0, min(one.ready, answers))
    return found


def troubles(model: GPUInferencePool, kinds: Container[str], made: Iterable[Route]) -> Iterator[Trouble]:
    """What keeps the pool from being reached, apart from what the API server says."""
    problem = problem_of(model)
    if problem is not None:
        yield Trouble(NO_PORT, str(problem))
    elif model.spec.serving and model.spec.serving.gateways and ROUTE not in kinds:
        yield Trouble(NO_ROUTES, "spec.serving.gateways: the Gateway API, which has HTTPRoutes, is not there")
    for route in made:
        if not route.split.weights:
            gateway = route.gateway
            whose = f"those of {gateway.region}" if gateway.region else "those who come in there"
            said = f"no ready replica may serve {whose}, so they are answered with an error"
            yield Trouble(NOTHING_READY, f"gateway {gateway.name}: {said}")
