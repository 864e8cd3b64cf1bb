"""Decides where pools' replicas belong, in the background, whenever something has changed that matters.

    look     in a cycle, while nothing moves: is a decision due, and on what?
    start    a thread decides, one decision at a time; the cycles go on with the last one
    guide    the next cycles follow what was decided

A new leader knows of no decision. It leaves everything as it is until its first one, which starts from what
runs; the cost of moves then keeps what is as good as anything else.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from ampacity.controllers.distribution.announcing import Post, announce
from ampacity.controllers.distribution.deciding import Case, Decided, decide_case, looked_at
from ampacity.controllers.distribution.losses import Losses
from ampacity.controllers.metrics import Metrics
from ampacity.controllers.pools.following import Outlook
from ampacity.controllers.pools.reading import PoolScene
from ampacity.controllers.scene import Scene
from ampacity.core.snapshot import Snapshot
from ampacity.translate.distribution import Capacities, standing_of
from ampacity.translate.distribution.rooms import closed_sites
from ampacity.translate.records import World

log = logging.getLogger(__name__)

_WHOLE = 30.0
"""Seconds after which everything is decided anew, whatever has changed."""

_AGAIN = 5.0
"""Seconds after which it is decided again while replicas find no room where they belong, or after trouble."""

_LATER = 0.1
"""Seconds beyond the time when a site is due, so that it is due then by any clock."""


class Distributor:
    """One per process. `wake` is called when something was decided."""

    def __init__(
        self,
        wake: Callable[[], None],
        metrics: Metrics,
        *,
        site_loss_after: float,
        post: Post,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wake, self._metrics, self._post, self._clock = wake, metrics, post, clock
        self._losses = Losses(site_loss_after)
        self._alarm: asyncio.TimerHandle | None = None
        self.begin()

    def begin(self) -> None:
        """A new term of office: what was decided before is not known, and what is under way is void."""
        self._losses.begin()
        self._last = Decided()
        self._seen: object = None
        self._at = self._whole_at = self._not_before = float("-inf")
        self._next: Case | None = None
        self._pools: Mapping[str, PoolScene] = {}
        self._capacities = Capacities()
        self._running: asyncio.Task[None] | None = None

    @property
    def deciding(self) -> bool:
        """Whether a decision is under way."""
        return self._running is not None

    def guide(self, scene: Scene) -> Scene:
        """The scene with what was decided for the pools in it."""
        keys = {pool.key for pool in scene.pools if pool.record is not None and pool.record.wish is not None}
        targets = {key: own for key, own in self._last.targets.items() if key in keys}
        return replace(scene, targets=targets, closed=self._last.closed)

    def look(self, scene: Scene, world: World, snapshot: Snapshot, seen: Outlook) -> None:
        """Take note of this moment if a decision is due. Nobody may be changing the scene's index."""
        now = self._clock()
        sites = {node.site for node in snapshot.nodes} & world.sites.keys()
        closed = closed_sites(world, self._losses.look(sites, seen.answering, now))
        wishes = tuple((pool.key, pool.wish, pool.shape) for pool in world.pools if pool.wish is not None)
        usable = frozenset(node.name for node in snapshot.nodes if node.admits)
        moment = (wishes, dict(world.sites), tuple(closed), usable, world.namespaces)
        whole = now - self._whole_at >= _WHOLE or tuple(self._last.closed) != tuple(closed)
        again = bool(seen.short) and now - self._at >= _AGAIN
        if not wishes:
            self._last = Decided(closed=closed)
        elif self._free(now) and (whole or again or moment != self._seen):
            self._seen, self._at = moment, now
            self._whole_at = now if whole else self._whole_at
            standing = standing_of(world, snapshot, scene.index)
            index = looked_at(world, scene.index)
            self._pools = {pool.key: pool for pool in scene.pools}
            self._next = Case(world, snapshot, standing, index, closed, self._last, whole, self._capacities)

    def start(self) -> None:
        """Begin to decide what was noted; wake when a site is due. To be called in the event loop."""
        due = self._losses.due(self._clock())
        if self._alarm is not None:
            self._alarm.cancel()
        if due is not None:
            self._alarm = asyncio.get_running_loop().call_later(due + _LATER, self._wake)
        case, self._next = self._next, None
        if case is not None:
            self._running = asyncio.create_task(self._run(case))

    async def _run(self, case: Case) -> None:
        begun, mine = time.perf_counter(), asyncio.current_task()
        try:
            decided = await asyncio.to_thread(decide_case, case)
        except Exception:
            log.exception("distribution failed; the last decision stays")
            self._metrics.distributions.labels("failed").inc()
            decided = None
        if self._running is not mine:
            return
        self._running = None
        self._metrics.distribution_seconds.observe(time.perf_counter() - begun)
        if decided is None:
            self._seen, self._not_before = None, self._clock() + _AGAIN
            return
        self._metrics.distributions.labels("whole" if case.whole else "followed").inc()
        self._last, pools = decided, self._pools
        self._wake()
        await announce(pools, decided.targets, case.before.targets, case.standing, self._post)

    def _free(self, now: float) -> bool:
        return self._running is None and now >= self._not_before
