"""The placement cycle: what is true, what follows, and doing it in an order that survives any crash.

    gather     one scene of everything known
    settle     drop fence entries and holds that mean nothing any more
    plan       decide, purely
    commit     announce what is about to happen, by compare-and-swap
    grant      write the grants that were announced; change pods whose older grant may still arrive
    follow up  evict, scale, report (`following_up`)

Nothing is granted that was not announced first, and a cycle that fails leaves
nothing behind that the next one does not see.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace

from ampacity.cluster.client import Guard
from ampacity.cluster.errors import ApiError
from ampacity.cluster.grants import Order
from ampacity.cluster.results import Outcome, Result
from ampacity.controllers.following_up import Done, follow_up
from ampacity.controllers.logs import fields
from ampacity.controllers.pools.fleet import Fleet
from ampacity.controllers.pools.following import Outlook, outlook
from ampacity.controllers.retries import Retries, split
from ampacity.controllers.scene import Scene
from ampacity.controllers.tools import Tools
from ampacity.core.ledger import VIRTUAL, Announcement, Ledger, give_up
from ampacity.core.placement import plan
from ampacity.core.plan import Grant, Plan
from ampacity.core.snapshot import Snapshot
from ampacity.translate.records import World
from ampacity.translate.snapshot.build import SnapshotCache, build_snapshot

log = logging.getLogger(__name__)

_AT_ONCE = 2_000
"""Most grants of one cycle, as many as the ledger takes: between two cycles nothing is granted. More would
help nobody: on a slow API server, what comes meanwhile waits for all of them."""

_REPLICAS = 20_000
"""Most replicas of pools that one cycle plans for: a pool may want 100,000, and there may be many such."""

_FULL_FOR = 2.0
"""Seconds until the next try when the ledger had no room for any grant."""

_LOOK_EVERY = 10.0
"""Seconds between two looks at everything while standing by."""


class Placement:
    """The cycle, and the little it remembers from one to the next."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._snapshots = SnapshotCache()
        self._shut: frozenset[str] = frozenset()
        self._looked = self._stopping = False
        self._look_again_at = 0.0

    @property
    def in_office(self) -> bool:
        """Whether `cycle` may run; if not, `take_over` first, to its end: nothing is planned on what was."""
        return self._tools.keeper.in_office and self._looked

    def resign(self) -> None:
        """Somebody else may lead now, or may have led."""
        self._tools.keeper.resign()

    async def stand_by(self) -> None:
        """Follow what happens while somebody else leads, so that taking over is quick: to count a fleet's
        pods, and to look at each of its nodes for the first time, takes long."""
        caches, now = self._tools.caches, asyncio.get_running_loop().time()
        caches.catch_up()
        if not caches.unlisted and now >= self._look_again_at:
            self._look_again_at = now + _LOOK_EVERY
            await caches.judge()
            scene = caches.scene()
            await asyncio.to_thread(self._snapshot, scene, scene.world(Ledger()))

    def stop(self) -> None:
        """A cycle in progress ends with its grants, and waits for no answer: they are announced."""
        self._stopping = True
        self._tools.executor.leave()

    async def ended(self) -> None:
        """Return when no grant is under way."""
        await self._tools.executor.ended()

    async def leave(self, may_write: Guard) -> None:
        """Hand the ledger over in good order; `take_over` comes next. Raises ApiError and Conflict."""
        await self._tools.keeper.leave(may_write)

    async def take_over(self) -> None:
        """Make the ledger ours first, then look at everything anew, so that nothing older is acted on."""
        self._looked = False
        version = await self._tools.keeper.take_over()
        self._tools.distributor.begin()
        caches = self._tools.caches
        _, accepted = await asyncio.gather(caches.fresh(version), self._tools.revisions.load())
        caches.recall(accepted)
        self._looked = True

    async def cycle(self) -> None:
        """One cycle. Raises ApiError and Conflict; then nothing was lost."""
        tools, step = self._tools, self._tools.metrics.step
        with step("gather"):
            await tools.caches.judge()
            scene = tools.distributor.guide(tools.caches.scene())
            await self._keep_accepted()
        with step("settle"):
            fleet = Fleet(scene)
            tools.unbound.look(scene)
            tools.unadmitted.look(scene)
            tools.keeper.refused(tools.deployments.refusals.barred(scene.pools))
            given_up = tools.unbound.given_up | tools.unadmitted.given_up
            ledger = tools.keeper.settled(scene, fleet, self._shut, given_up)
        with step("plan"):
            snapshot, decisions, seen = await asyncio.to_thread(self._plan, scene, fleet, ledger)
            tools.distributor.start()
        with step("commit"):
            placed = tuple(map(Fleet.at_deployment, _first(decisions.grants)))
            announced = await tools.keeper.commit(give_up(ledger, decisions.released), placed)
            tools.caches.dealt_with(scene, announced.ledger)
        with step("grant"):
            await asyncio.gather(self._change_doubtful(scene, ledger), self._grant(scene, announced))
            if announced.deferred or len(decisions.grants) > _AT_ONCE:
                self._go_on(announced)
        if not self._stopping:
            await follow_up(tools, Done(scene, fleet, snapshot, decisions, announced.ledger, seen))

    async def _keep_accepted(self) -> None:
        """Put accepted generations on record. Without that, only a restart during a bad edit would hurt."""
        try:
            await self._tools.revisions.save(self._tools.caches.accepted)
        except ApiError as error:
            log.warning("accepted generations are not on record: %s", error)

    async def _change_doubtful(self, scene: Scene, ledger: Ledger) -> None:
        """Change the pods of grants that may still arrive from before, so that they cannot."""
        entries = self._tools.keeper.doubtful(ledger)
        pods = [scene.pods[entry.uid] for entry in entries if entry.uid in scene.pods]
        results = await self._tools.executor.touch(pods, f"{ledger.epoch}.{ledger.sequence}")
        self._tools.keeper.changed(results)
        self._observe(results)

    def _plan(self, scene: Scene, fleet: Fleet, ledger: Ledger) -> tuple[Snapshot, Plan, Outlook]:
        """Pure but for what it caches; runs in a thread, so that the lease is renewed meanwhile."""
        world = scene.world(ledger, fleet.asked(ledger), fleet.asked_at(ledger))
        snapshot = self._snapshot(scene, world)
        self._shut = frozenset(node.name for node in snapshot.nodes if not node.admits)
        waiters = tuple(filter(self._tools.keeper.may_plan, snapshot.waiters))
        parts = split(self._retries, scene, ledger, waiters)
        decided = plan(replace(snapshot, waiters=parts.free))
        for retries in self._retries:
            retries.unplaced(scene, decided.refusals)
        seen = outlook(snapshot, decided.refusals, fleet.answering, scene.targets)
        self._tools.distributor.look(scene, world, snapshot, seen)
        resting = self._tools.keeper.resting(snapshot.waiters)
        found = replace(
            decided,
            refusals=(*decided.refusals, *parts.refused, *resting),
            released=(*decided.released, *parts.released),
        )
        return snapshot, found, seen

    def _snapshot(self, scene: Scene, world: World) -> Snapshot:
        return build_snapshot(
            world, cache=self._snapshots, index=scene.index, ages=scene.ages, replicas=_REPLICAS
        )

    @property
    def _retries(self) -> tuple[Retries, ...]:
        return self._tools.unbound.retries, self._tools.unadmitted.retries

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
