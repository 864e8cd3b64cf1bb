"""What the operator knows of the cluster: watches, stores, and how a scene is taken of them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ampacity import names
from ampacity.cluster.client import Client, OnError
from ampacity.cluster.watch import Watch
from ampacity.cluster.watches import watch_claims, watch_nodes, watch_pods, watch_volumes
from ampacity.controllers.accepted import Acceptance, Verdict, accepted_site
from ampacity.controllers.departed import DepartedProfiles
from ampacity.controllers.handlers import NewSession
from ampacity.controllers.own_kinds import OwnKinds
from ampacity.controllers.pod_journal import PodJournal, matters
from ampacity.controllers.pools.current import PATH, DeploymentRecord, read_deployment
from ampacity.controllers.pools.reading import PoolReading
from ampacity.controllers.scene import Scene
from ampacity.controllers.stores import Object, Store
from ampacity.core.ledger import Ledger, reserved_by_controller
from ampacity.core.site import Site
from ampacity.core.snapshot import NodeTerm
from ampacity.translate.accepted import ENVELOPE, PROFILE, Revision
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pods.volumes import bound_terms
from ampacity.translate.profiles.departed import Users
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.records import NodeRecord, PodRecord, Profile

ENVELOPES, PROFILES, POOLS = "sitepowerenvelopes", "acceleratorprofiles", "gpuinferencepools"


class Caches:
    """All caches of one process. `wake` is called when a new cycle may decide otherwise;
    `fenced`: pods any change of which may settle something."""

    def __init__(
        self,
        client: Client,
        session: NewSession,
        *,
        wake: Callable[[], None],
        fenced: Container[str],
        relist: float,
        on_error: OnError,
        fast_lane: bool = True,
        hold_seconds: float = 60.0,
    ) -> None:
        self._wake, self._fenced = wake, fenced
        self.reader = PodReader(())
        self.stores = {plural: Store(wake) for plural in (ENVELOPES, PROFILES, POOLS)}
        self.kinds = OwnKinds(client, self.stores, session, relist)
        self.pods = watch_pods(client, self.reader, on_change=self._pod_changed, on_error=on_error)
        self.nodes = watch_nodes(client, on_change=self._node_changed, on_error=on_error)
        self.deployments: Watch[DeploymentRecord] = Watch(
            client, PATH, read_deployment, label_selector=names.POOL,
            on_change=self._changed, on_error=on_error,
        )  # fmt: skip
        self.claims = watch_claims(client, on_change=self._volumes_changed, on_error=on_error)
        self.volumes = watch_volumes(client, on_change=self._volumes_changed, on_error=on_error)
        self.envelopes: Acceptance[Site] = Acceptance(ENVELOPE, accepted_site)
        self.profiles: Acceptance[Profile] = Acceptance(PROFILE, profile_of)
        self._departed = DepartedProfiles()
        self._journal = PodJournal(hold_seconds)
        self._pools = PoolReading(self.reader, fast_lane=fast_lane)
        self._profiles: tuple[Profile, ...] = ()
        self._resources: list[str] = []
        self._bound: Mapping[str, tuple[NodeTerm, ...]] | None = None

    @property
    def watches(self) -> dict[str, Watch[Any]]:
        """By name, for metrics and probes."""
        return {
            "pods": self.pods, "nodes": self.nodes, "deployments": self.deployments,
            "persistentvolumeclaims": self.claims, "persistentvolumes": self.volumes,
        }  # fmt: skip

    @property
    def unlisted(self) -> list[str]:
        """What has not been listed yet."""
        missing = [name for name, watch in self.watches.items() if not watch.synced]
        return missing + [plural for plural, store in self.stores.items() if not store.listed]

    async def run(self) -> None:
        """Keep everything fresh until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.kinds.run())
            for watch in self.watches.values():
                tasks.create_task(watch.run())

    async def fresh(self, floor: str) -> None:
        """Return once everything has been listed anew, at quorum, after this call. Raises ApiError.

        `floor`: the resourceVersion of a write of ours; what is older is asked for again.
        """
        watches = self.watches.values()
        await asyncio.gather(self.kinds.list_all(floor), *(watch.fresh(floor) for watch in watches))

    async def judge(self) -> None:
        """Judge new envelopes in a thread: a large one takes a while, and the lease must be renewed.

        `scene` finds the verdicts; it judges only what has come since.
        """
        await asyncio.to_thread(self.envelopes.judge, self.stores[ENVELOPES].all())

    def scene(self) -> Scene:
        """All of it now. The pod index is brought up to date here, and only here."""
        verdicts = self.profiles.judge(self.stores[PROFILES].all())
        envelopes = self.envelopes.judge(self.stores[ENVELOPES].all())
        self._use_profiles(self._in_force(verdicts, envelopes))
        self.catch_up()
        if self._bound is None:
            self._bound = bound_terms(self.claims.store.objects.values(), self.volumes.store.objects.values())
        deployments = tuple(self.deployments.store.objects.values())
        return Scene(
            envelopes=envelopes,
            profile_verdicts=verdicts,
            profiles=self._profiles,
            pools=self._pools.read(self._living_pools(), self._profiles, _replicas(deployments)),
            nodes=tuple(self.nodes.store.objects.values()),
            deployments=deployments,
            volumes=self._bound,
            index=self._journal.index,
            adopted=self._journal.adopted,
            unmarked=self._journal.unmarked,
            unbound=self._journal.unbound,
            left=self._journal.standing.left,
            owed=self._journal.standing.owed,
            ages=self._journal.ages.since,
        )

    def catch_up(self) -> None:
        """Bring the pod index up to date. Nobody may be planning."""
        self._journal.catch_up(time.monotonic())

    def dealt_with(self, left: Iterable[PodRecord], ledger: Ledger) -> None:
        """The places of these pods, which are gone, are held in `ledger` or not kept."""
        self._journal.standing.dealt_with(left, reserved_by_controller(ledger))

    def recall(self, revisions: Sequence[Revision]) -> None:
        """Take up the accepted generations that an earlier process put on record."""
        self.envelopes.recall(revisions)
        self.profiles.recall(revisions)
        self._departed.recall(revisions)

    @property
    def accepted(self) -> tuple[Revision, ...]:
        """The accepted generations that have to be on record, as of the last scene."""
        return (*self.envelopes.kept, *self.profiles.kept, *self._departed.kept)

    def _in_force(
        self, profiles: Sequence[Verdict[Profile]], envelopes: Sequence[Verdict[Site]]
    ) -> tuple[Profile, ...]:
        users = Users(
            tuple(self.nodes.store.objects.values()),
            [verdict.value for verdict in envelopes if verdict.value is not None],
            (pod.reservation.profile for pod in self.pods.store.objects.values() if pod.reservation),
        )
        living = [verdict.value for verdict in profiles if verdict.value is not None]
        return self._departed.in_force(living, self.profiles.kept, users)

    def _living_pools(self) -> list[Object]:
        """A pool on its way out wants nothing; what it owns goes with it."""
        return [pool for pool in self.stores[POOLS].all() if "deletionTimestamp" not in pool["metadata"]]

    def _use_profiles(self, profiles: tuple[Profile, ...]) -> None:
        if profiles == self._profiles:
            return
        self._profiles = profiles
        resources = sorted({resource for profile in profiles for resource in profile.resources})
        if resources != self._resources:
            self._resources = resources
            self.reader.use(resources)
            self.pods.store.revise(self.reader.recount)

    def _pod_changed(self, old: PodRecord | None, new: PodRecord | None) -> None:
        known = new or old
        if known is None:
            return
        self._journal.note(known.uid, new)
        if matters(old, new) or known.uid in self._fenced:
            self._wake()

    def _node_changed(self, old: NodeRecord | None, new: NodeRecord | None) -> None:
        if old is None or new is None or replace(old, resource_version=new.resource_version) != new:
            self._wake()

    def _volumes_changed(self, old: object, new: object) -> None:
        self._bound = None
        self._wake()

    def _changed(self, old: object, new: object) -> None:
        self._wake()


def _replicas(deployments: tuple[DeploymentRecord, ...]) -> Counter[str]:
    """What the Deployments of each pool ask for together."""
    total: Counter[str] = Counter()
    for deployment in deployments:
        total[deployment.pool] += deployment.replicas
    return total
