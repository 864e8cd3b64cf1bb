"""What the operator knows of the cluster: watches, stores, and how a scene is taken of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ampacity import names
from ampacity.cluster.client import Client, OnError
from ampacity.cluster.watch import Watch
from ampacity.cluster.watches import (
    watch_claims,
    watch_namespaces,
    watch_nodes,
    watch_pods,
    watch_volumes,
)
from ampacity.controllers.accepted import Acceptance, Verdict
from ampacity.controllers.departed import DepartedProfiles
from ampacity.controllers.handlers import NewSession
from ampacity.controllers.own_kinds import OwnKinds
from ampacity.controllers.pod_journal import PodJournal, matters
from ampacity.controllers.pools.current import PATH, DeploymentRecord, read_deployment, replicas_by_pool
from ampacity.controllers.pools.reading import PoolReading, measured
from ampacity.controllers.scene import Scene
from ampacity.controllers.stores import Object, Store
from ampacity.core.ledger import Ledger, reserved_by_controller
from ampacity.core.site import Site
from ampacity.core.snapshot import NodeTerm
from ampacity.telemetry.poller import NO_PROMETHEUS, Ask, Telemetry
from ampacity.translate.accepted import ENVELOPE, MODEL, PROFILE, Revision
from ampacity.translate.models.model import model_of
from ampacity.translate.models.records import Model
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pods.volumes import bound_terms
from ampacity.translate.profiles.departed import Users
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.records import NamespaceRecord, NodeRecord, PodRecord, Profile
from ampacity.translate.residency import known
from ampacity.translate.snapshot.acceptable import acceptable_site

ENVELOPES, PROFILES, POOLS = "sitepowerenvelopes", "acceleratorprofiles", "gpuinferencepools"
MODELS = "modelprofiles"


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
        ask: Ask = lambda _: NO_PROMETHEUS,
        telemetry_interval: float = 30.0,
    ) -> None:
        self._wake, self._fenced = wake, fenced
        self.reader = PodReader(())
        self.stores = {plural: Store(wake) for plural in (ENVELOPES, PROFILES, MODELS, POOLS)}
        self.kinds = OwnKinds(client, self.stores, session, relist)
        self._journal = PodJournal(hold_seconds)
        self.pods = watch_pods(
            client, self.reader,
            on_change=self._pod_changed, on_rejection=self._journal.rejections.note, on_error=on_error,
        )  # fmt: skip
        self.nodes = watch_nodes(client, on_change=self._node_changed, on_error=on_error)
        self.deployments: Watch[DeploymentRecord] = Watch(
            client, PATH, read_deployment, label_selector=names.POOL,
            on_change=self._changed, on_error=on_error,
        )  # fmt: skip
        self.claims = watch_claims(client, on_change=self._volumes_changed, on_error=on_error)
        self.volumes = watch_volumes(client, on_change=self._volumes_changed, on_error=on_error)
        self.namespaces = watch_namespaces(client, on_change=self._namespace_changed, on_error=on_error)
        self.envelopes: Acceptance[Site] = Acceptance(ENVELOPE, acceptable_site)
        self.profiles: Acceptance[Profile] = Acceptance(PROFILE, profile_of)
        self.models: Acceptance[Model] = Acceptance(MODEL, model_of)
        self._departed = DepartedProfiles()
        self._pools = PoolReading(self.reader, fast_lane=fast_lane)
        self._telemetry = Telemetry(ask, self._living_pools, wake, telemetry_interval)
        self._profiles: tuple[Profile, ...] = ()
        self._models: tuple[Model, ...] = ()
        self._resources: list[str] = []
        self._bound: Mapping[str, tuple[NodeTerm, ...]] | None = None

    @property
    def watches(self) -> dict[str, Watch[Any]]:
        """By name, for metrics and probes."""
        return {
            "pods": self.pods, "nodes": self.nodes, "deployments": self.deployments,
            "persistentvolumeclaims": self.claims, "persistentvolumes": self.volumes,
            "namespaces": self.namespaces,
        }  # fmt: skip

    @property
    def unlisted(self) -> list[str]:
        """What has not been listed yet."""
        missing = [name for name, watch in self.watches.items() if not watch.synced]
        return missing + [plural for plural, store in self.stores.items() if not store.listed]

    @property
    def unanswered(self) -> list[str]:
        """What the API server has not begun to list for us: it is down, or does not let us."""
        missing = [name for name, watch in self.watches.items() if not watch.answered]
        return missing + [plural for plural, store in self.stores.items() if not store.listed]

    async def run(self) -> None:
        """Keep everything fresh until cancelled. Profiles come before pods: they say what a GPU is, and to
        count a fleet's pods anew takes long."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.kinds.run())
            tasks.create_task(self._telemetry.run())
            for watch in self.watches.values():
                if watch is not self.pods:
                    tasks.create_task(watch.run())
            await self.kinds.wait_served()
            verdicts = self.profiles.judge(self.stores[PROFILES].all())
            self._count_by([verdict.value for verdict in verdicts if verdict.value is not None])
            tasks.create_task(self.pods.run())

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
        models = self.models.judge(self.stores[MODELS].all())
        self._use_profiles(self._in_force(verdicts, envelopes))
        self._use_models(tuple(verdict.value for verdict in models if verdict.value is not None))
        self.catch_up()
        if self._bound is None:
            self._bound = bound_terms(self.claims.store.objects.values(), self.volumes.store.objects.values())
        deployments = tuple(self.deployments.store.objects.values())
        readings = self._telemetry.readings()
        return Scene(
            envelopes=envelopes,
            profile_verdicts=verdicts,
            model_verdicts=models,
            profiles=self._profiles,
            pools=measured(
                self._pools.read(
                    self._living_pools(), self._profiles, replicas_by_pool(deployments), self._models
                ),
                readings,
            ),
            readings=readings,
            nodes=tuple(self.nodes.store.objects.values()),
            deployments=deployments,
            volumes=self._bound,
            index=self._journal.index,
            adopted=self._journal.adopted,
            unmarked=self._journal.unmarked,
            unbound=self._journal.unbound,
            left=self._journal.standing.left,
            owed=self._journal.standing.owed,
            rejected=self._journal.rejections.open,
            leaving=self._journal.leaving.pools,
            late=self._journal.leaving.late(time.monotonic()),
            ages=self._journal.ages.since,
            namespaces=known(self.namespaces.store.objects.values()),
        )

    def catch_up(self) -> None:
        """Bring the pod index up to date. Nobody may be planning."""
        self._journal.catch_up(time.monotonic())

    def dealt_with(self, scene: Scene, ledger: Ledger) -> None:
        """The places of pods that the scene shows as gone are held in `ledger` or not kept."""
        self._journal.standing.dealt_with(scene.left, reserved_by_controller(ledger))
        self._journal.rejections.dealt_with(scene.rejected)

    def recall(self, revisions: Sequence[Revision]) -> None:
        """Take up the accepted generations that an earlier process put on record."""
        self.envelopes.recall(revisions)
        self.profiles.recall(revisions)
        self.models.recall(revisions)
        self._departed.recall(revisions)

    @property
    def accepted(self) -> tuple[Revision, ...]:
        """The accepted generations that have to be on record, as of the last scene."""
        return (*self.envelopes.kept, *self.profiles.kept, *self.models.kept, *self._departed.kept)

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

    def _use_models(self, models: tuple[Model, ...]) -> None:
        """The same tuple until one changes: pools are read anew by it."""
        if models != self._models:
            self._models = models

    def _use_profiles(self, profiles: tuple[Profile, ...]) -> None:
        if profiles != self._profiles:
            self._profiles = profiles
        self._count_by(profiles)

    def _count_by(self, profiles: Sequence[Profile]) -> None:
        """Count GPUs of pods, those that are known and those to come, by these profiles."""
        resources = sorted({resource for profile in profiles for resource in profile.resources})
        if resources != self._resources:
            self._resources = resources
            self.reader.use(resources)
            self.pods.revise(self.reader.recount)

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

    def _namespace_changed(self, old: NamespaceRecord | None, new: NamespaceRecord | None) -> None:
        if old is None or new is None or old.residency != new.residency:
            self._wake()

    def _volumes_changed(self, old: object, new: object) -> None:
        self._bound = None
        self._wake()

    def _changed(self, old: object, new: object) -> None:
        self._wake()
