"""What a plan comes to for people: who got how many places where, who waits and why. Values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ampacity.core.plan import Plan, Reason, Refusal, SiteReason
from ampacity.translate.records import PodRecord, World


@dataclass(frozen=True, slots=True)
class Owner:
    """Who asks for places: a pool, a workload, or a pod of its own."""

    kind: str
    name: str

    @classmethod
    def of(cls, controller: str, pool: str = "") -> Owner:
        """From a controller key such as "Deployment/demo/video"; `pool` is "namespace/name" or ""."""
        kind, _, name = controller.partition("/")
        return cls("Pool", pool) if pool else cls(kind, name)


@dataclass(frozen=True, slots=True)
class Waiting:
    """`count` equal waiters, with the reason at every site that was tried."""

    count: int
    reason: Reason
    sentence: str
    sites: tuple[SiteReason, ...]


@dataclass(slots=True)
class Demand:
    """One owner: places by site (new and running), and what waits."""

    owner: Owner
    placed: Counter[str] = field(default_factory=Counter)
    running: Counter[str] = field(default_factory=Counter)
    waiting: list[Waiting] = field(default_factory=list)

    @property
    def places(self) -> Counter[str]:
        """By site, new and running."""
        return self.placed + self.running

    @property
    def waits(self) -> int:
        return sum(waiting.count for waiting in self.waiting)

    @property
    def wanted(self) -> int:
        return self.places.total() + self.waits


def demands(world: World, plan: Plan, site_of: Mapping[str, str]) -> list[Demand]:
    """One entry for each owner, pools first, by name. `site_of`: the site of each node."""
    owners = owners_of(world)
    found: dict[Owner, Demand] = {}

    def demand(owner: Owner) -> Demand:
        return found.setdefault(owner, Demand(owner))

    for pod in world.pods:
        if pod.node and not pod.waiting and pod.shape.gpu_units:
            demand(owner_of(pod)).running[site_of.get(pod.node, "")] += 1
    for grant in plan.grants:
        demand(owners.get(grant.waiter.uid) or Owner.of(grant.waiter.controller)).placed[grant.site] += 1
    for owner, waiting in _waiting(plan.refusals, owners):
        demand(owner).waiting.append(waiting)
    return sorted(found.values(), key=lambda d: (d.owner.kind != "Pool", d.owner.name, d.owner.kind))


def owners_of(world: World) -> Mapping[str, Owner]:
    """The owner of each pod, by uid."""
    return {pod.uid: owner_of(pod) for pod in world.pods}


def owner_of(pod: PodRecord) -> Owner:
    """A pod's pool, or whatever controls it."""
    return Owner.of(pod.controller, pod.pool)


def _waiting(refusals: tuple[Refusal, ...], owners: Mapping[str, Owner]) -> list[tuple[Owner, Waiting]]:
    """Refusals of one owner with one sentence become one line, in order of appearance."""
    groups: dict[tuple[Owner, str], list[Refusal]] = {}
    for refusal in refusals:
        owner = owners.get(refusal.waiter.uid) or Owner.of(refusal.waiter.controller)
        groups.setdefault((owner, refusal.sentence), []).append(refusal)
    return [
        (owner, Waiting(len(group), group[0].reason, sentence, group[0].sites))
        for (owner, sentence), group in groups.items()
    ]
