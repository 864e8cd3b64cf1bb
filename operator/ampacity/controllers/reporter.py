"""Tells people what the cycles found, at its own pace and never in the way of a grant.

Only the newest report counts. What is not due yet (see `StatusWriter` and
`Marker`) is looked at again after a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ampacity.cluster.errors import ApiError
from ampacity.cluster.marks import Marker
from ampacity.cluster.results import Result
from ampacity.controllers.caches import ENVELOPES, MODELS, POOLS, PROFILES, Caches
from ampacity.controllers.metrics import Metrics
from ampacity.controllers.report import CycleReport, waiting_by_reason
from ampacity.controllers.status.envelope import EnvelopeView, envelope_status
from ampacity.controllers.status.model import model_status
from ampacity.controllers.status.pool import pool_status
from ampacity.controllers.status.profile import profile_status
from ampacity.controllers.status.undecided import until_decided
from ampacity.controllers.status.writer import StatusWriter, Wanted
from ampacity.core.load import NOTHING, Load
from ampacity.core.rows import RowStatus
from ampacity.core.shares import ShareUse, uses
from ampacity.core.snapshot import Note, Snapshot
from ampacity.translate.records import PodRecord

log = logging.getLogger(__name__)

_LOOK_AGAIN = 3.0

Statuses = tuple[list[Wanted], dict[str, tuple[RowStatus, ...]]]


class Reporter:
    """Run it as a task; `offer` hands it the newest report."""

    def __init__(self, caches: Caches, marker: Marker, writer: StatusWriter, metrics: Metrics) -> None:
        self._caches, self._marker, self._writer, self._metrics = caches, marker, writer, metrics
        self._newest: CycleReport | None = None
        self._known: tuple[CycleReport, Statuses] | None = None
        self._offered = asyncio.Event()

    def offer(self, report: CycleReport) -> None:
        """Tell this next, instead of whatever was to be told before."""
        self._newest = report
        self._offered.set()

    def forget(self) -> None:
        """Tell nothing more: somebody else leads."""
        self._newest = self._known = None
        self._metrics.rows.show({})

    async def run(self) -> None:
        """Until cancelled; troubles are logged."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_AGAIN):
                    await self._offered.wait()
            self._offered.clear()
            if self._newest is not None:
                try:
                    await self.tell(self._newest)
                except ApiError as error:
                    log.warning("telling what was found failed: %s", error)
                except Exception:
                    log.exception("telling what was found failed")

    async def tell(self, report: CycleReport) -> None:
        """Pods first: somebody waits there. Each as it is known now: it may have changed since the cycle."""
        pods = self._caches.pods.store.objects
        unmarked = [now for pod in report.unmarked if (now := pods.get(pod.uid)) is not None]
        self._observe(await self._marker.powered(unmarked))
        waiting = [(now, why) for pod, why in report.waiting if (now := pods.get(pod.uid)) and _waits(now)]
        self._observe(await self._marker.waiting(waiting))
        stuck = [
            replace(one, pod=now) for one in report.stuck if (now := pods.get(one.pod.uid)) and _hangs(now)
        ]
        self._observe(await self._marker.unbound(stuck))
        wanted, rows = await self._statuses(report)
        await self._writer.write(self._as_seen_now(wanted))
        self._show(report, rows)
        self._metrics.show_demand(_demand(wanted))

    async def _statuses(self, report: CycleReport) -> Statuses:
        """As `statuses`, worked out once however often the report is told."""
        if self._known is None or self._known[0] is not report:
            self._known = (report, await asyncio.to_thread(statuses, report))
        return self._known[1]

    def _observe(self, results: Sequence[Result]) -> None:
        for result in results:
            if result.pod is not None:
                self._caches.pods.store.observe(result.pod)

    def _as_seen_now(self, wanted: Sequence[Wanted]) -> list[Wanted]:
        """The same for the newest known state of each object; not of those that are gone."""
        return [item.of(obj) for item in wanted if (obj := self._caches.stores[item.plural].get(item.uid))]

    def _show(self, report: CycleReport, rows: dict[str, tuple[RowStatus, ...]]) -> None:
        metrics = self._metrics
        metrics.rows.show(rows)
        metrics.show_waiting(waiting_by_reason(report))
        metrics.adopted.set(report.adopted)
        metrics.unbound.set(len(report.stuck))
        metrics.stale.set(sum(one.stale for _, view in report.pools for one in view.telemetry))
        metrics.ledger.labels("fence").set(len(report.ledger.fence))
        metrics.ledger.labels("holds").set(len(report.ledger.holds))
        metrics.notes.clear()
        for reason, count in Counter(note.reason for note in report.snapshot.notes).items():
            metrics.notes.labels(reason).set(count)


def _demand(wanted: Sequence[Wanted]) -> Iterator[tuple[str, str, Mapping[str, float]]]:
    """Of each pool whose status tells of regions, what is asked, served and unserved of all together."""
    parts = {"asked": "requestsPerSecond", "served": "served", "unserved": "unserved"}
    for item in wanted:
        if regions := item.status.get("regions"):
            metadata = item.obj["metadata"]
            sums = {part: sum(one.get(field, 0.0) for one in regions) for part, field in parts.items()}
            yield metadata["namespace"], metadata["name"], sums


def _waits(pod: PodRecord) -> bool:
    return pod.waiting and not pod.terminating


def _hangs(pod: PodRecord) -> bool:
    """Whether it has a place, and no scheduler has bound it."""
    return not (pod.bound or pod.waiting or pod.terminating)


def statuses(report: CycleReport) -> Statuses:
    """Every status that should be, and the described rows of each site. Pure."""
    wanted: list[Wanted] = []
    rows: dict[str, tuple[RowStatus, ...]] = {}
    loads, occupied = _by_site(report.snapshot)
    notes = _notes(report.snapshot)
    for verdict in report.envelopes:
        name = verdict.obj["metadata"]["name"]
        site = report.snapshot.sites.get(name)
        view = EnvelopeView(
            verdict.generation, verdict.accepted, verdict.problems, site.rows if site else None,
            loads.get(name, {}), occupied.get(name, frozenset()), notes.get(name, ()),
            site.why_not if site and not site.admits else "", _shares(report.snapshot, name),
        )  # fmt: skip
        status, rows[name] = envelope_status(view)
        wanted.append(Wanted(ENVELOPES, verdict.obj, status.to_dict()))
    matched = Counter(node.profile for node in report.snapshot.nodes)
    for profile in report.profiles:
        name = profile.obj["metadata"]["name"]
        shown = profile_status(profile.generation, profile.accepted, profile.problems, matched[name])
        wanted.append(Wanted(PROFILES, profile.obj, shown.to_dict()))
    wanted += [
        Wanted(MODELS, model.obj, model_status(model, report.in_force).to_dict()) for model in report.models
    ]
    for pool, seen in report.pools:
        told = until_decided(pool_status(seen).to_dict(), pool.obj.get("status") or {})
        wanted.append(Wanted(POOLS, pool.obj, told))
    return wanted, rows


def _shares(snapshot: Snapshot, name: str) -> tuple[ShareUse, ...]:
    site = snapshot.sites.get(name)
    if site is None or not site.rows.site.shares:
        return ()
    return uses(site, [node for node in snapshot.nodes if node.site == name])


def _by_site(snapshot: Snapshot) -> tuple[dict[str, dict[str, Load]], dict[str, set[str]]]:
    """Charged loads per rack, and racks with nodes, of every site in one pass."""
    loads = {name: dict(site.unlisted) for name, site in snapshot.sites.items()}
    occupied: dict[str, set[str]] = {name: set() for name in snapshot.sites}
    for node in snapshot.nodes:
        if node.rack is not None and node.site in loads:
            of_site = loads[node.site]
            of_site[node.rack] = of_site.get(node.rack, NOTHING) + node.load
            occupied[node.site].add(node.rack)
    return loads, occupied


def _notes(snapshot: Snapshot) -> dict[str, tuple[Note, ...]]:
    found: dict[str, list[Note]] = {}
    for note in snapshot.notes:
        found.setdefault(note.site, []).append(note)
    return {site: tuple(some) for site, some in found.items()}
