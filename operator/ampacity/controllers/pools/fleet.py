"""All pools of one scene together: their sites, the holds they are due, their Deployments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ampacity.controllers.pools.current import DeploymentRecord
from ampacity.controllers.pools.desired import (
    Reserved,
    Sites,
    Tally,
    Wanted,
    due_holds,
    key_at,
    replicas,
    sites_of,
    tallies,
)
from ampacity.controllers.pools.following import Course, Outlook, Replicas, Variants
from ampacity.controllers.pools.reading import PoolScene
from ampacity.controllers.scene import Scene
from ampacity.core.distribution import accepted_sites
from ampacity.core.ledger import VIRTUAL, FenceEntry, Hold, Ledger, Left, Need, holds_by_controller
from ampacity.core.plan import Grant
from ampacity.translate.ledger.left import is_free, left_by
from ampacity.translate.pools.pool import bounds_of
from ampacity.translate.pools.template import deployment_key
from ampacity.translate.records import PodRecord, PoolRecord

_NOTHING_SEEN = Outlook()


@dataclass(frozen=True, slots=True)
class PoolPlaces:
    """A pool and where it has places, by site. `orphaned`: sites of it without an envelope in force.
    `course`: of a pool whose sites distribution decides."""

    pool: PoolScene
    sites: Sites
    counts: dict[str, Tally]
    orphaned: tuple[str, ...] = ()
    course: Course | None = None

    def due_holds(self) -> Mapping[str, int]:
        """How many holds each site may keep."""
        if self.course is not None:
            return self.course.due_holds()
        return due_holds(_total(self.pool), self.sites, self.counts)

    def replicas(self, seen: Outlook) -> Mapping[str, int]:
        """What the Deployment at each site is to ask for."""
        if self.course is not None:
            return self.course.wanted(seen)
        return replicas(_total(self.pool), self.sites, self.counts)


class Fleet:
    """Reads the scene once; the ledger differs between the beginning and the end of a cycle."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.answering = frozenset(node.name for node in scene.nodes if node.ready)
        self.usable = frozenset(n.name for n in scene.nodes if n.ready and not n.unschedulable)
        self._known = {v.obj["metadata"]["name"]: v.value for v in scene.envelopes if v.value is not None}
        self._deployed: dict[str, dict[str, DeploymentRecord]] = {}
        for deployment in scene.deployments:
            self._deployed.setdefault(deployment.pool, {})[deployment.site] = deployment
        self._accepted: dict[str, tuple[str, ...]] = {}

    @staticmethod
    def at_deployment(grant: Grant) -> Grant:
        """A pool replica's grant, for the Deployment at the site it got."""
        waiter = grant.waiter
        if not waiter.uid.startswith(VIRTUAL):
            return grant
        _, namespace, pool, _ = waiter.uid.split("/")
        return replace(grant, waiter=replace(waiter, controller=deployment_key(namespace, pool, grant.site)))

    def waiting(self, ledger: Ledger) -> Iterator[Need]:
        """What the pods without a place need, of controllers that have a hold."""
        held = {hold.controller for hold in ledger.holds}
        announced = {entry.uid for entry in ledger.fence}
        for pod in self._scene.index.waiting() if held else ():
            if pod.controller in held and pod.plannable and pod.uid not in announced:
                yield pod.controller, pod.shape.gpu_units, pod.shape.requests

    def left(self, ledger: Ledger, given_up: Container[str] = ()) -> Iterator[Left]:
        """Places that pods have left, and that nobody has taken since; not of the pods `given_up`, by uid.

        What a pool's pod leaves is that pool's, as long as there is one.
        """
        pools = {pool.key for pool in self._scene.pools}
        nodes = {node.name: node for node in self._scene.nodes} if self._scene.left else {}
        taken: list[FenceEntry | Hold | Left] = [*ledger.fence, *ledger.holds]
        for pod in self._scene.left:
            if pod.uid in given_up or pod.node not in nodes or (pod.pool and pod.pool not in pools):
                continue
            place, use = left_by(pod), self._scene.index.use(pod.node)
            if is_free(place, nodes[pod.node], use, (other for other in taken if other.node == pod.node)):
                taken.append(place)
                yield place

    def due_holds(self, ledger: Ledger) -> dict[str, int]:
        """How many holds each Deployment may keep, by controller key; those of an unreadable pool stay."""
        due: dict[str, int] = {}
        for places in self.places(ledger):
            for site, count in places.due_holds().items():
                due[key_at(places.pool, site)] = count
        now = holds_by_controller(ledger)
        for pool in self._scene.pools:
            if pool.record is None:
                keys = [key_at(pool, site) for site in self._deployed.get(pool.key, ())]
                due |= {key: now[key] for key in keys}
        return due

    def deployments(
        self, ledger: Ledger, surging: Container[str] = (), seen: Outlook = _NOTHING_SEEN
    ) -> list[Wanted]:
        """Every Deployment as it should be, those included that should go.

        `surging`: keys of those that may end a pod only once its successor runs.
        """
        every = [wanted for places in self.places(ledger) for wanted in _wanted(places, seen)]
        return [replace(wanted, surges=True) if wanted.key in surging else wanted for wanted in every]

    def asked(self, ledger: Ledger) -> dict[str, int]:
        """What the Deployments of each pool that has pods on their way out are to ask for together: places
        that will be free soon count, so no other ones are looked for."""
        leaving = self._scene.leaving
        return {
            places.pool.key: sum(replicas(_total(places.pool), places.sites, places.counts).values())
            for places in (self.places(ledger, leaving) if leaving else ())
            if places.course is None
        }

    def asked_at(self, ledger: Ledger) -> dict[str, Mapping[str, int]]:
        """The same by site, for all pools whose sites were decided."""
        return {
            places.pool.key: places.course.asked()
            for places in (self.places(ledger, self._scene.targets) if self._scene.targets else ())
            if places.course is not None
        }

    def places(self, ledger: Ledger, only: Container[str] | None = None) -> Iterator[PoolPlaces]:
        """Each readable pool with its tallies, at the sites where it has anything. `only`: pools, by key."""
        reserved = Reserved.by(ledger)
        held_at = {(hold.controller, hold.site) for hold in ledger.holds}
        for pool in self._scene.pools:
            if pool.record is None or (only is not None and pool.key not in only):
                continue
            pods = tuple(self._scene.index.in_pool(pool.key))
            deployed = self._deployed.get(pool.key, {}).keys()
            present = deployed | {site for pod in pods for site in pod.shape.sites}
            present |= {site for key, site in held_at if key == key_at(pool, site)}
            accepted = [site for site in self._sites_for(pool.record) if site in present]
            sites = sites_of(accepted, self._known, deployed)
            counts = tallies(
                pool, (*sites.ranked, *sites.left), pods, reserved, self.answering, self._scene.late
            )
            orphaned = tuple(site for site in sites.ranked if site not in self._known)
            places = PoolPlaces(pool, sites, counts, orphaned)
            yield places if pool.record.wish is None else self._on_course(places, pods, ledger)

    def _on_course(self, places: PoolPlaces, pods: tuple[PodRecord, ...], ledger: Ledger) -> PoolPlaces:
        """The same, of a pool whose sites distribution decides."""
        record = places.pool.record
        assert record is not None and record.wish is not None
        variants = Variants(record.wish, self._scene.profiles, ledger)
        running = _by_controller(variants.running(pods))
        held = _by_controller((hold.controller, variants.of(hold.profile)) for hold in ledger.holds)
        serving = Counter(pod.controller for pod in pods if pod.node in self.answering)
        found = {}
        for site, tally in places.counts.items():
            key, deployment = key_at(places.pool, site), self._deployed.get(record.key, {}).get(site)
            found[site] = Replicas(
                running.get(key, {}), held.get(key, {}),
                min(deployment.ready, deployment.replicas, serving[key]) if deployment else 0,
                tally.leaving,
                deployment.replicas if deployment else None,
                fixed=site in self._scene.closed or site in places.orphaned,
                must_go=site in places.sites.left and site not in self._lawful(record),
            )  # fmt: skip
        course = Course(record.key, self._scene.targets.get(record.key), found)
        return replace(places, course=course)

    def _lawful(self, record: PoolRecord) -> tuple[str, ...]:
        """Sites where nothing that binds the pool forbids it to stay, whether it likes them or not."""
        return accepted_sites(self._known, (), {}, bounds_of(record, self._scene.namespaces))

    def _sites_for(self, record: PoolRecord) -> tuple[str, ...]:
        key = f"{record.namespace}/{record.name}"
        if key not in self._accepted:
            bounds = bounds_of(record, self._scene.namespaces)
            self._accepted[key] = accepted_sites(self._known, record.tiers, record.site_labels, bounds)
        return self._accepted[key]


def _by_controller(replicas: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Replicas by variant, of each controller."""
    found: dict[str, dict[str, int]] = {}
    for controller, variant in replicas:
        counts = found.setdefault(controller, {})
        counts[variant] = counts.get(variant, 0) + 1
    return found


def _wanted(places: PoolPlaces, seen: Outlook) -> Iterator[Wanted]:
    pool = places.pool
    if pool.model is None or pool.template is None:
        return
    for site, count in places.replicas(seen).items():
        yield Wanted(pool.model, pool.template, pool.digest, site, count, unwanted=not count)


def _total(pool: PoolScene) -> int:
    return pool.record.replicas if pool.record else 0
