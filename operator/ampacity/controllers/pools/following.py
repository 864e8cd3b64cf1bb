"""A pool whose sites were decided: what stands at each, and how many replicas its Deployments are to ask for.

`core.distribution.steps` says what goes when. Sites that are cut off, or closed as lost, keep their
Deployments as they are: nobody there would hear of a change, and what comes back is dealt with then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ampacity.core.distribution.headroom import overdrawn
from ampacity.core.distribution.model import Pool as Wish
from ampacity.core.distribution.steps import Stand, lacking, leaves
from ampacity.core.distribution.targets import Targets
from ampacity.core.ledger import VIRTUAL, Ledger
from ampacity.core.plan import Reason, Refusal
from ampacity.core.snapshot import Snapshot
from ampacity.translate.distribution.variants import profiles_of
from ampacity.translate.pools.wish import ANY
from ampacity.translate.records import PodRecord, Profile

UNKNOWN = ""
"""The variant of a replica on hardware that its pool does not ask for any more."""

_ROOM = frozenset(
    {
        Reason.POWER, Reason.REDUNDANCY, Reason.COOLING, Reason.NO_FREE_GPUS, Reason.NODE_RESOURCES,
        Reason.POD_RULES, Reason.SHARE,
    }
)  # fmt: skip
"""Why a replica waits that may find its place once another one has gone."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a cycle's plan shows. `answering`: sites with a node that is Ready; `over`: those that draw more
    than they may; `sought`: those where replicas find no room; `short`: pools that have such replicas."""

    answering: frozenset[str] = frozenset()
    over: frozenset[str] = frozenset()
    sought: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()


def outlook(
    snapshot: Snapshot, refusals: Iterable[Refusal], ready: Collection[str], decided: Collection[str]
) -> Outlook:
    """`ready`: nodes that are; `decided`: pools that have targets, by key."""
    refused = [
        (pool, refusal.waiter.shape.sites)
        for refusal in refusals
        if refusal.reason in _ROOM and (pool := pool_of(refusal.waiter.uid)) in decided
    ]
    return Outlook(
        frozenset(node.site for node in snapshot.nodes if node.name in ready),
        overdrawn(snapshot) if decided else frozenset(),
        frozenset(site for _, sites in refused for site in sites),
        frozenset(pool for pool, _ in refused),
    )


def pool_of(uid: str) -> str:
    """ "namespace/name" of the pool that a waiter without a pod is a replica of; "" for a pod."""
    return uid.removeprefix(VIRTUAL).rpartition("/")[0] if uid.startswith(VIRTUAL) else ""


@dataclass(frozen=True, slots=True)
class Replicas:
    """A pool's replicas at one site. `running`: with a pod, `held`: with a place for one, by variant;
    `ready`: pods that serve; `leaving`: pods on their way out; `deployed`: what its Deployment asks for, if
    there is one. `fixed`: nothing is to change there; `must_go`: what is not wanted must not wait."""

    running: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)
    ready: int = 0
    leaving: int = 0
    deployed: int | None = None
    fixed: bool = False
    must_go: bool = False

    @property
    def there(self) -> Counter[str]:
        """All that have a place, by variant."""
        return Counter(self.running) + Counter(self.held)


@dataclass(frozen=True, slots=True)
class Course:
    """A pool on its way to its targets; without any it stays as it is. `replicas` by site."""

    key: str
    targets: Targets | None
    replicas: Mapping[str, Replicas]

    def due_holds(self) -> dict[str, int]:
        """How many holds each site may keep: for what it lacks."""
        return {site: self._due(site, one) for site, one in self.replicas.items()}

    def wanted(self, seen: Outlook) -> dict[str, int]:
        """What the Deployment at each site is to ask for now."""
        if self.targets is None:
            return {site: _as_it_is(one) for site, one in self.replicas.items()}
        stands = {site: self._stand(site, one, seen) for site, one in self.replicas.items()}
        gone = leaves(stands, self._rates, self.targets.work, self.key in seen.short)
        return {
            site: _as_it_is(one) if one.fixed or stands[site].cut_off else self._left(site, one, gone[site])
            for site, one in self.replicas.items()
        }

    def asked(self) -> dict[str, int]:
        """What the Deployment at each site asks for, or soon will: places that pods leave count."""
        return {site: max(one.deployed or 0, self._left(site, one, 0)) for site, one in self.replicas.items()}

    @property
    def _rates(self) -> dict[str, float]:
        rates = dict(self.targets.rate) if self.targets else {}
        return {UNKNOWN: min(rates.values(), default=1.0), **rates}

    def _at(self, site: str) -> Mapping[str, int]:
        return self.targets.at(site) if self.targets else {}

    def _due(self, site: str, one: Replicas) -> int:
        held = sum(one.held.values())
        if one.fixed or self.targets is None:
            return held
        return min(held, sum(lacking(self._at(site), one.running, self._rates).values()))

    def _stand(self, site: str, one: Replicas, seen: Outlook) -> Stand:
        return Stand(
            self._at(site), one.there, one.ready, one.leaving,
            cut_off=one.fixed or site not in seen.answering,
            must_go=one.must_go or site in seen.over,
            sought=site in seen.sought,
        )  # fmt: skip

    def _left(self, site: str, one: Replicas, gone: int) -> int:
        """What stays; and as many of the pods on their way out as the site wants to have replaced."""
        stay = one.there.total() - gone
        return stay + min(one.leaving, max(0, sum(self._at(site).values()) - stay))


def _as_it_is(one: Replicas) -> int:
    return one.there.total() if one.deployed is None else one.deployed


class Variants:
    """Tells the variants of a pool's replicas by the profiles of the hardware that they have."""

    def __init__(self, wish: Wish, profiles: Iterable[Profile], ledger: Ledger) -> None:
        found = profiles_of(wish, tuple(profiles))
        self._any = ANY in found
        self._by_profile = {profile: name for name, own in found.items() for profile in own}
        self._announced = {entry.uid: entry.profile for entry in ledger.fence}

    def of(self, profile: str) -> str:
        """The variant that stands on such hardware."""
        return ANY if self._any else self._by_profile.get(profile, UNKNOWN)

    def running(self, pods: Iterable[PodRecord]) -> Iterator[tuple[str, str]]:
        """Controller and variant of each pod that has a place and is not on its way out."""
        for pod in pods:
            if pod.waiting and pod.uid in self._announced:
                yield pod.controller, self.of(self._announced[pod.uid])
            elif not pod.waiting and not pod.terminating:
                yield pod.controller, self.of(pod.reservation.profile if pod.reservation else "")
