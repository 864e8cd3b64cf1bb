"""How many replicas of each pool belong at each site, from who has a place there. Pure.

A Deployment's replicas are the pods with a place and the holds for those yet to
come, so nothing is created that could not run. A pod on its way out still has
its watts, and its replacement waits for them: as long as it leaves an answering
node, and in time, it counts too, or a rollout would look like a scale-down. And a
pool that grows again while its pods leave gets their places back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ampacity.apis import GPUInferencePool
from ampacity.controllers.pools.reading import PoolScene
from ampacity.core.ledger import Ledger, holds_by_controller
from ampacity.translate.pools.template import deployment_key, deployment_name
from ampacity.translate.records import PodRecord


@dataclass(frozen=True, slots=True)
class Wanted:
    """One Deployment as it should be.

    `unwanted`: its pool does not want this site at all. `surges`: a pod of it may be ended only once its
    successor runs.
    """

    model: GPUInferencePool
    template: Mapping[str, Any]
    digest: str
    site: str
    replicas: int
    unwanted: bool = False
    surges: bool = False

    @property
    def name(self) -> str:
        return deployment_name(self.model.metadata.name, self.site)

    @property
    def key(self) -> str:
        return f"{self.model.metadata.namespace}/{self.name}"

    @property
    def path(self) -> str:
        return f"/apis/apps/v1/namespaces/{self.model.metadata.namespace}/deployments/{self.name}"


@dataclass(frozen=True, slots=True)
class Tally:
    """Who has a place at one site: pods running or announced, holds, and pods on their way out."""

    running: int = 0
    held: int = 0
    leaving: int = 0

    @property
    def placed(self) -> int:
        return self.running + self.held


@dataclass(frozen=True, slots=True)
class Sites:
    """Sites of a pool: `ranked` are acceptable, best first; `left` are not any more.

    A site that has Deployments but no envelope in force is ranked last, not
    left: a broken envelope must not end what runs.
    """

    ranked: tuple[str, ...]
    left: tuple[str, ...] = ()


def sites_of(accepted: Sequence[str], known: Container[str], deployed: Iterable[str]) -> Sites:
    """`accepted`: acceptable sites, best first; `known`: sites with an envelope in force;
    `deployed`: sites where the pool has Deployments."""
    others = sorted(set(deployed) - set(accepted))
    return Sites(
        (*accepted, *(site for site in others if site not in known)),
        tuple(site for site in others if site in known),
    )


@dataclass(frozen=True, slots=True)
class Reserved:
    """What the ledger keeps for pods: uids that were announced, and holds by controller."""

    announced: frozenset[str]
    held: Mapping[str, int]

    @classmethod
    def by(cls, ledger: Ledger) -> Reserved:
        return cls(frozenset(entry.uid for entry in ledger.fence), holds_by_controller(ledger))


def tallies(
    pool: PoolScene,
    sites: Iterable[str],
    pods: Iterable[PodRecord],
    reserved: Reserved,
    answering: Container[str],
    late: Container[str] = (),
) -> dict[str, Tally]:
    """Per site. `pods`: those of the pool; `answering`: nodes that are Ready; `late`: uids of pods on their
    way out whose places nobody can count on."""
    running: Counter[str] = Counter()
    leaving: Counter[str] = Counter()
    for pod in pods:
        if pod.waiting:
            running[pod.controller] += pod.uid in reserved.announced
        elif not pod.terminating:
            running[pod.controller] += 1
        elif pod.node in answering and pod.uid not in late:
            leaving[pod.controller] += 1
    keys = {site: key_at(pool, site) for site in sites}
    return {site: Tally(running[key], reserved.held.get(key, 0), leaving[key]) for site, key in keys.items()}


def key_at(pool: PoolScene, site: str) -> str:
    """Controller key of the pool's Deployment at `site`."""
    metadata = pool.obj["metadata"]
    return deployment_key(metadata["namespace"], metadata["name"], site)


def due_holds(total: int, sites: Sites, counts: Mapping[str, Tally]) -> dict[str, int]:
    """How many holds each site may keep so that the pool has no more than `total` replicas."""
    room = max(0, total - sum(tally.running for tally in counts.values()))
    due = {}
    for site in sites.ranked:
        due[site] = min(counts[site].held, room)
        room -= due[site]
    return due


def replicas(total: int, sites: Sites, counts: Mapping[str, Tally]) -> dict[str, int]:
    """Replicas at each site.

    Too many leave the least preferred site first; pods that leave anyway go before any other.
    """
    found = {site: 0 for site in (*sites.ranked, *sites.left)}
    room = total
    for part in ("placed", "leaving"):
        for site in sites.ranked:
            more = min(getattr(counts[site], part), room)
            found[site] += more
            room -= more
    return found
