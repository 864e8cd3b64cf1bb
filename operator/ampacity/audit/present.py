"""Whether a cluster is within its limits at one moment, whoever brought it there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ampacity.audit.history import History, Json
from ampacity.audit.limits import Key, Reading
from ampacity.audit.loads import site_loads
from ampacity.audit.verdict import Fault, Finding, Verdict
from ampacity.audit.walk import exceeded
from ampacity.audit.world import Span, World


def present(records: Iterable[Json]) -> Verdict:
    """The limits that are exceeded after the last record, in operation or after a single failure.

    Says nothing on how it came to that: a limit may have been lowered below its load.
    """
    history, world = History(), World()
    changes = [change for record in records for change in history.add(record)]
    for change in changes:
        world.apply(change)
    now = max((change.version for change in changes), default=0)
    granted = sum(1 for pod in world.placed(Span(now, now, now)) if pod.reservation)
    findings = tuple(_findings(world, Span(now, now, now), history.clock.time_of(now)))
    return Verdict(granted, findings, clean="no limit exceeded now or after any single failure")


def _findings(world: World, span: Span, time: float) -> Iterator[Finding]:
    for name in sorted(world.sites):
        site = world.sites[name].at(span.last)
        if site is None:
            continue
        loads = site_loads(world, site, span)
        worst: dict[Key, Reading] = {}
        for reading in sorted(exceeded(loads.site, loads.by_rack, loads.on_air), key=lambda r: r.load):
            worst[reading.limit.key] = reading
        for reading in worst.values():
            yield Finding(Fault.OVER, span.last, time, f"site {name}", reading.sentence())
