"""The placement cycle: what is true, what follows, and doing it in an order that survives any crash.

    gather     one scene of everything known
    settle     drop fence entries and holds that mean nothing any more
    plan       decide, purely
    commit     announce what is about to happen, by compare-and-swap
    grant      patch the pods that were announced
    scale      bring the pools' Deployments in step
    report     hand over what people should be told

Nothing is granted that was not announced first, and a cycle that fails leaves
nothing behind that the next one does not see.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ampacity.cluster.errors import ApiError
from ampacity.cluster.executor import Executor, Order
from ampacity.cluster.results import Outcome, Result
from ampacity.controllers.caches import Caches
from ampacity.controllers.ledger_keeper import LedgerKeeper
from ampacity.controllers.logs import fields
from ampacity.controllers.metrics import Metrics
from ampacity.controllers.pools.apply import DeploymentWriter
from ampacity.controllers.pools.fleet import Fleet
from ampacity.controllers.report import CycleReport, report_of
from ampacity.controllers.revisions import RevisionStore
from ampacity.controllers.scene import Scene
from ampacity.core.ledger import VIRTUAL, Announcement, Ledger, give_up
from ampacity.core.placement import plan
from ampacity.core.plan import Grant, Plan
from ampacity.core.snapshot import Snapshot
from ampacity.translate.snapshot.build import SnapshotCache, build_snapshot

log = logging.getLogger(__name__)

_AT_ONCE = 1_000
"""Most grants of one cycle: on a slow API server, what comes meanwhile would wait for all of them."""

_FULL_FOR = 2.0
"""Seconds until the next try when the ledger had no room for any grant."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a cycle works with."""

    caches: Caches
    keeper: LedgerKeeper
    revisions: RevisionStore
    executor: Executor
    deployments: DeploymentWriter
    metrics: Metrics
    report: Callable[[CycleReport], None]
    wake: Callable[[], None]


class Placement:
    """The cycle, and the little it remembers from one to the next."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._snapshots = SnapshotCache()
        self._shut: frozenset[str] = frozenset()

    @property
    def in_office(self) -> bool:
        """Whether `cycle` may run; if not, `take_over` first."""
        return self._tools.keeper.in_office

    def resign(self) -> None:
        """Somebody else may lead now, or may have led."""
        self._tools.keeper.resign()

    async def take_over(self) -> None:
        """Make the ledger ours first, then look at everything anew, so that nothing older is acted on."""
        await self._tools.keeper.take_over()
        caches = self._tools.caches
        await caches.fresh()
        accepted = await self._tools.revisions.load()
        caches.envelopes.recall(accepted)
        caches.profiles.recall(accepted)

    async def cycle(self) -> None:
        """One cycle. Raises ApiError and Conflict; then nothing was lost."""
        tools, step = self._tools, self._tools.metrics.step
        with step("gather"):
            scene = tools.caches.scene()
            await self._keep_accepted()
        with step("settle"):
            fleet = Fleet(scene)
            ledger = tools.keeper.settled(scene.pods, fleet, self._shut)
            await self._change_doubtful(scene, ledger)
        with step("plan"):
            snapshot, decisions = await asyncio.to_thread(self._plan, scene, ledger)
        with step("commit"):
            placed = tuple(map(Fleet.at_deployment, _first(decisions.grants)))
            announced = await tools.keeper.commit(give_up(ledger, decisions.released), placed)
        with step("grant"):
            await self._grant(scene, announced)
            if announced.deferred or len(decisions.grants) > _AT_ONCE:
                self._go_on(announced)
        with step("scale"):
            await tools.deployments.apply(fleet.deployments(announced.ledger))
        with step("report"):
            trouble = tools.deployments.trouble
            tools.report(report_of(scene, fleet, snapshot, decisions, announced.ledger, trouble))

    async def _keep_accepted(self) -> None:
        """Put accepted generations on record. Without that, only a restart during a bad edit would hurt."""
        caches = self._tools.caches
        try:
            await self._tools.revisions.save((*caches.envelopes.kept, *caches.profiles.kept))
        except ApiError as error:
            log.warning("accepted generations are not on record: %s", error)

    async def _change_doubtful(self, scene: Scene, ledger: Ledger) -> None:
        """Change the pods of grants that may still arrive from before, so that they cannot."""
        entries = self._tools.keeper.doubtful(ledger)
        pods = [scene.pods[entry.uid] for entry in entries if entry.uid in scene.pods]
        results = await self._tools.executor.touch(pods, f"{ledger.epoch}.{ledger.sequence}")
        self._tools.keeper.changed(results)
        self._observe(results)

    def _plan(self, scene: Scene, ledger: Ledger) -> tuple[Snapshot, Plan]:
        """Pure but for what it caches; runs in a thread, so that the lease is renewed meanwhile."""
        snapshot = build_snapshot(scene.world(ledger), cache=self._snapshots, index=scene.index)
        self._shut = frozenset(node.name for node in snapshot.nodes if not node.admits)
        waiters = tuple(filter(self._tools.keeper.may_plan, snapshot.waiters))
        return snapshot, plan(replace(snapshot, waiters=waiters))

    async def _grant(self, scene: Scene, announced: Announcement) -> None:
        fence = f"{announced.ledger.epoch}.{announced.ledger.sequence}"
        orders = [Order(scene.pods[grant.waiter.uid], grant, fence) for grant in announced.fenced]
        results = await self._tools.executor.grant(orders)
        self._tools.keeper.answered(announced.fenced, results)
        self._observe(results)
        for result in results:
            self._tools.metrics.grants.labels(result.outcome.value).inc()
        if any(result.outcome is not Outcome.APPLIED for result in results):
            self._tools.wake()
        if announced.fenced or announced.held:
            found = fields(pods=len(announced.fenced), replicas=len(announced.held), fence=fence)
            log.info("placed", extra=found)

    def _go_on(self, announced: Announcement) -> None:
        """Another cycle for the rest; not at once while there is no room for any of it."""
        delay = 0.0 if announced.fenced or announced.held else _FULL_FOR
        asyncio.get_running_loop().call_later(delay, self._tools.wake)

    def _observe(self, results: Iterable[Result]) -> None:
        for result in results:
            if result.pod is not None:
                self._tools.caches.pods.store.observe(result.pod)


def _first(grants: Iterable[Grant]) -> list[Grant]:
    """As many as one cycle carries out. Pods that exist go first: replicas may find no room for holds."""
    return sorted(grants, key=lambda grant: grant.waiter.uid.startswith(VIRTUAL))[:_AT_ONCE]
