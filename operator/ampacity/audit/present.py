"""Whether a cluster is within its limits at one moment, whoever brought it there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ampacity.audit.history import ENVELOPE, Change, History, Json
from ampacity.audit.limits import Key, Reading
from ampacity.audit.loads import site_loads
from ampacity.audit.sight import out_of_service, unseen
from ampacity.audit.verdict import Fault, Finding, Verdict
from ampacity.audit.walk import exceeded
from ampacity.audit.world import Span, World
from ampacity.core.site import Site


def present(records: Iterable[Json]) -> Verdict:
    """The limits that are exceeded after the last record, in operation or after a single failure.

    Says nothing on how it came to that: a limit may have been lowered below its load.
    """
    history, world = History(), World()
    changes = [change for record in records for change in history.add(record)]
    for change in changes:
        world.apply(change)
    now = max((change.version for change in changes), default=0)
    span = Span(now, now, now)
    sites = {name: site for name, timeline in sorted(world.sites.items()) if (site := timeline.at(now))}
    granted = sum(1 for pod in world.placed(span) if pod.reservation)
    blind = unseen(sites.values(), world.hardware(now), any(t.at(now) for t in world.nodes.values()))
    return Verdict(
        grants=granted,
        findings=() if blind else tuple(_findings(world, sites, span, history.clock.time_of(now))),
        gaps=tuple(_refused(changes, sites)),
        clean=_clean(sites.values()),
        blind=blind,
        moment=True,
    )


def _findings(world: World, sites: Mapping[str, Site], span: Span, time: float) -> Iterator[Finding]:
    for name, site in sites.items():
        loads = site_loads(world, site, span)
        worst: dict[Key, Reading] = {}
        for reading in sorted(exceeded(loads.site, loads.by_rack, loads.on_air), key=lambda r: r.load):
            worst[reading.limit.key] = reading
        for reading in worst.values():
            yield Finding(Fault.OVER, span.last, time, f"site {name}", reading.sentence())


def _refused(changes: Iterable[Change], sites: Mapping[str, Site]) -> Iterator[str]:
    envelopes = {change.name: change.object for change in changes if change.kind == ENVELOPE}
    for name, envelope in sorted(envelopes.items()):
        if envelope is not None and name not in sites:
            yield (
                f"SitePowerEnvelope {name}: its newest generation is refused, and which one is in force"
                " cannot be seen; correct it"
            )


def _clean(sites: Iterable[Site]) -> str:
    """What it means that nothing was found: a site that lost redundancy holds its present state only."""
    out = [f"at {site.name}, {part}" for site in sites for part in out_of_service(site)]
    if not out:
        return "no limit exceeded now or after any single failure"
    held = "no limit exceeded now; only the present state is held where something is out of service"
    return f"{held} ({'; '.join(out)})"
