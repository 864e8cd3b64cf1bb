"""The parts of an operator process, and how they are wired together."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from ampacity.cluster.access import Access
from ampacity.cluster.client import Client, Guard
from ampacity.cluster.events import EventRecorder
from ampacity.cluster.eviction import Evictor
from ampacity.cluster.executor import LaneExecutor
from ampacity.cluster.holds import HoldsStore
from ampacity.cluster.lanes import Lanes
from ampacity.cluster.lease import Leader
from ampacity.cluster.marks import Marker
from ampacity.cluster.times import utcnow
from ampacity.controllers.caches import Caches
from ampacity.controllers.catalogue import apply_catalogue, read_catalogue
from ampacity.controllers.distribution.distributor import Distributor
from ampacity.controllers.fitness import Fitness
from ampacity.controllers.leading import Leading
from ampacity.controllers.ledger_keeper import LedgerKeeper
from ampacity.controllers.metrics import Metrics
from ampacity.controllers.placement import Placement
from ampacity.controllers.pools.apply import DeploymentWriter
from ampacity.controllers.reporter import Reporter
from ampacity.controllers.revisions import RevisionStore
from ampacity.controllers.serving.serving import Serving
from ampacity.controllers.session import session_maker
from ampacity.controllers.settings import Settings
from ampacity.controllers.status.writer import StatusWriter
from ampacity.controllers.tools import Tools
from ampacity.controllers.trigger import Trigger
from ampacity.controllers.unadmitted import Unadmitted
from ampacity.controllers.unbound import Unbound
from ampacity.telemetry.poller import NO_PROMETHEUS, Ask
from ampacity.telemetry.prometheus import Prometheus

_FOR_THE_LEASE = 2
"""Calls in flight: renewals do not queue behind writes that hang."""

_MARKS = 4
"""Marks written at a time: few, as nobody waits for them, and kubelets write to the same pods."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs: caches and fitness for ever; election, leading and reporter once all can be listed."""

    caches: Caches
    fitness: Fitness
    leader: Leader
    leading: Leading
    reporter: Reporter
    serving: Serving
    metrics: Metrics


def build_parts(settings: Settings, client: Client, access: Access, metrics: Metrics) -> Parts:
    """Everything of one process; nothing runs yet. To be called in its event loop.

    Raises OSError and ValueError if the catalogue cannot be read.
    """
    catalogue = read_catalogue(Path(settings.catalogue)) if settings.catalogue else ()
    trigger, fenced = Trigger(settings.debounce, settings.resync), set[str]()
    caches = Caches(
        client, session_maker(access, asyncio.get_running_loop()),
        wake=trigger.wake, fenced=fenced, relist=settings.relist, on_error=metrics.count_error,
        fast_lane=settings.fast_lane, hold_seconds=settings.hold_seconds,
        ask=_asking(settings), telemetry_interval=settings.telemetry_interval,
    )  # fmt: skip

    def leads(now: bool) -> None:
        metrics.leader.set(now)
        placement.resign()
        if not now:
            reporter.forget()
            serving.forget()

    def may_write() -> bool:
        return leader.may_write() and not leading.stopping

    async def apply() -> None:
        await apply_catalogue(client, catalogue, may_write)

    holds = HoldsStore(client, settings.namespace)
    fitness = Fitness(holds, lambda: leader.leading)
    leader = Leader(
        client.aside(_FOR_THE_LEASE), settings.namespace, settings.identity,
        duration=settings.lease_duration, on_change=leads, fit=fitness.fit,
    )  # fmt: skip
    grants = Lanes(settings.concurrency)
    reporter = _reporter(settings, client, caches, metrics, may_write, grants)
    serving = Serving(
        client, may_write=may_write, clock=time.monotonic,
        on_trouble=trigger.wake, on_error=metrics.count_error,
    )  # fmt: skip
    keeper = LedgerKeeper(holds, may_write, leader.holder, fenced, hold_seconds=settings.hold_seconds)
    tools = _tools(settings, client, caches, metrics, keeper, reporter, serving, trigger, may_write, grants)
    placement = Placement(tools)
    leading = Leading(leader, placement, trigger, metrics, apply, fitness.found)
    return Parts(caches, fitness, leader, leading, reporter, serving, metrics)


def _asking(settings: Settings) -> Ask:
    if not settings.prometheus_url:
        return lambda _: NO_PROMETHEUS
    return Prometheus(
        settings.prometheus_url,
        token_file=settings.prometheus_token_file,
        ca_file=settings.prometheus_ca_file,
    ).ask


def _tools(
    settings: Settings,
    client: Client,
    caches: Caches,
    metrics: Metrics,
    keeper: LedgerKeeper,
    reporter: Reporter,
    serving: Serving,
    trigger: Trigger,
    may_write: Guard,
    grants: Lanes,
) -> Tools:
    return Tools(
        caches=caches,
        keeper=keeper,
        revisions=RevisionStore(client, settings.namespace, may_write),
        executor=LaneExecutor(client, caches.reader, may_write=may_write, writes=grants),
        unbound=Unbound(settings.bind_timeout),
        unadmitted=Unadmitted(),
        evictor=Evictor(client, EventRecorder(client, settings.identity), may_write=may_write),
        deployments=DeploymentWriter(
            client, caches.deployments.store, may_write=may_write, clock=time.monotonic
        ),
        distributor=Distributor(
            trigger.wake,
            metrics,
            site_loss_after=settings.site_loss_after,
            post=EventRecorder(client, settings.identity).post,
        ),
        serving=serving,
        metrics=metrics,
        report=reporter.offer,
        wake=trigger.wake,
    )


def _reporter(
    settings: Settings, client: Client, caches: Caches, metrics: Metrics, may_write: Guard, grants: Lanes
) -> Reporter:
    events = EventRecorder(client, settings.identity)
    marker = Marker(
        client,
        caches.reader,
        events,
        may_write=may_write,
        after=grants,
        concurrency=_MARKS,
    )
    writer = StatusWriter(
        client, caches.stores, may_write=may_write, clock=time.monotonic,
        wall=lambda: utcnow().strftime("%Y-%m-%dT%H:%M:%SZ"), interval=settings.status_interval,
    )  # fmt: skip
    return Reporter(caches, marker, writer, metrics)
