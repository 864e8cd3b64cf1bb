"""One HTTPRoute per entry gateway, weighted for those who come in there.

Where nothing is ready for them, the route names the site that comes first for them all the same: its Service
has no ready endpoint, which gateways answer with 503. Where no site may serve them at all, the route names
none, and gateways answer with 500. Neither sends anybody where their requests may not go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from ampacity.apis import GPUInferencePool
from ampacity.apis.pool_serving import EntryGateway, PoolServing
from ampacity.translate.serving import naming
from ampacity.translate.serving.objects import INFERENCE_POOL, ROUTE, Json, Served, served
from ampacity.translate.serving.origins import Origins, Split, Standing


@dataclass(frozen=True, slots=True)
class Route:
    """A route, the gateway that it is for, and where its traffic goes."""

    object: Served
    gateway: EntryGateway
    split: Split


def routes(
    pool: GPUInferencePool, standing: Standing, port: int, usable: Collection[str], *, inference: bool
) -> Iterator[Route]:
    """`usable`: sites whose backend exists; the others count as not ready. `inference`: whether routes name
    InferencePools, else Services."""
    ready = {site: count for site, count in standing.ready.items() if site in usable}
    serving, origins = pool.spec.serving or PoolServing(), Origins(replace(standing, ready=ready))
    for gateway in serving.gateways or ():
        found = origins.split(gateway.region or "")
        weights = found.weights or {site: 1 for site in found.order if site in usable}
        named = dict(list(weights.items())[: None if found.weights else 1])
        refs = [_backend(pool, site, weight, port, inference) for site, weight in named.items()]
        name = naming.route(
            pool.metadata.name, gateway.name, gateway.namespace or "", gateway.section_name or ""
        )
        yield Route(served(pool, ROUTE, name, _spec(serving, gateway, refs)), gateway, found)


def _spec(serving: PoolServing, gateway: EntryGateway, refs: list[Json]) -> Json:
    hosts = {"hostnames": sorted(serving.hostnames)} if serving.hostnames else {}
    return {"parentRefs": [_parent(gateway)], **hosts, "rules": [{"backendRefs": refs} if refs else {}]}


def _parent(gateway: EntryGateway) -> Json:
    said = {"namespace": gateway.namespace, "sectionName": gateway.section_name}
    stated = {field: value for field, value in said.items() if value is not None}
    return {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": gateway.name, **stated}


def _backend(pool: GPUInferencePool, site: str, weight: int, port: int, inference: bool) -> Json:
    name = naming.site_object(pool.metadata.name, site)
    if inference:
        group = "inference.networking.k8s.io"
        return {"group": group, "kind": INFERENCE_POOL, "name": name, "weight": weight}
    return {"group": "", "kind": "Service", "name": name, "port": port, "weight": weight}
