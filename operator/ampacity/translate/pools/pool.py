"""Pools: what one replica looks like, and how many places are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ampacity.apis import GPUInferencePool
from ampacity.apis.pool_placement import Placement, SiteSelector
from ampacity.core.bounds import Bound
from ampacity.core.ledger import Hold
from ampacity.core.residency import Namespaces
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pods.work import work_of
from ampacity.translate.pools.template import created_at, deployment_key
from ampacity.translate.records import PodRecord, PoolRecord
from ampacity.translate.residency import residency_of_pool


def pool_record(
    pool: GPUInferencePool, template: Mapping[str, Any], reader: PodReader, *, deployed: int = 0
) -> PoolRecord:
    """A pool as the planner needs it. `template`: as its Deployments carry it; `deployed`: their replicas."""
    namespace, placement = pool.metadata.namespace or "default", pool.spec.placement or Placement()
    selector = placement.site_selector or SiteSelector()
    return PoolRecord(
        namespace=namespace,
        name=pool.metadata.name,
        uid=pool.metadata.uid,
        generation=pool.metadata.generation,
        created=created_at(pool),
        replicas=pool.spec.wanted,
        priority=pool.spec.priority or template["spec"].get("priority") or 0,
        shape=reader.template(namespace, template),
        tiers=tuple(placement.tiers or ()),
        site_labels=selector.match_labels or {},
        deployed=deployed,
        residency=residency_of_pool(placement.residency),
    )


def bounds_of(pool: PoolRecord, namespaces: Namespaces) -> tuple[Bound, ...]:
    """What binds the pool's replicas to some of the sites: its own word, its namespace's, its work."""
    work = work_of(dict(pool.shape.labels), pool.shape.gpu_units)
    own = () if pool.residency is None else (pool.residency,)
    return (*own, *namespaces.of(pool.namespace), work)


@dataclass(frozen=True, slots=True)
class PoolPlaces:
    """Places a pool has: pods that are not on their way out, and holds that no waiting pod will take."""

    pods: tuple[PodRecord, ...]
    holds: tuple[Hold, ...]

    @property
    def count(self) -> int:
        """How many replicas have a pod or a place for one."""
        return len(self.pods) + len(self.holds)


def pool_places(pool: PoolRecord, pods: Iterable[PodRecord], untaken: Iterable[Hold]) -> PoolPlaces:
    """The pool's own among `pods` (of its pool) and `untaken` holds."""
    own = tuple(
        hold for hold in untaken if hold.controller == deployment_key(pool.namespace, pool.name, hold.site)
    )
    return PoolPlaces(tuple(pod for pod in pods if not pod.terminating), own)


def demand(pool: PoolRecord, places: PoolPlaces) -> int:
    """Replicas that need a place yet.

    What the Deployments ask for already will have pods of its own, also where
    a pod is just being replaced: it needs no second place.
    """
    return max(0, pool.replicas - max(places.count, pool.deployed))
