"""Status of a SitePowerEnvelope, from what was accepted, charged and doubted. Bounded in size."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ampacity.apis import Condition
from ampacity.apis.envelope_status import (
    MAX_DOMAINS,
    MAX_FAILURES,
    MAX_RACKS,
    EnvelopeStatus,
    FailureStatus,
    LimitStatus,
    PowerSummary,
    RackNames,
    RackSummary,
)
from ampacity.controllers.status.conditions import acceptance, condition, listed, shortened
from ampacity.controllers.status.limits import Slack, binding, limit_status, live_sources, over, slacks
from ampacity.controllers.status.shares import exceeded, share_status
from ampacity.core.load import Load
from ampacity.core.rows import FailureEffect, RowKind, RowStatus, SiteRows
from ampacity.core.shares import ShareUse
from ampacity.core.site import CoolingUnit, Declared, Domain, Problem, Site
from ampacity.core.snapshot import Note
from ampacity.core.units import format_power
from ampacity.translate.sites.patterns import compress

_RACK_KINDS = (RowKind.RACK, RowKind.RACK_AIR)
_NAMES = 1_000
_GROUP = 200
_DOUBTS = {
    "RackLabels": "Contradiction",
    "NodeMissing": "MissingNodes",
    "NotAdmitting": "NodesNotAdmitting",
    "NoRack": "NodesWithoutRack",
}
"""The condition that tells of a doubt, where it has another name than the doubt's reason."""


@dataclass(frozen=True, slots=True)
class EnvelopeView:
    """What the status of one envelope is made of.

    `accepted`: the generation in force. `rows`, `loads` (mW per rack) and
    `occupied` (racks with nodes) are of the last cycle; `rows` None before the first.
    `closed`: why the site as a whole grants nothing, "" if it does. `shares`: how they stand.
    """

    generation: int
    accepted: int | None
    problems: tuple[Problem, ...] = ()
    rows: SiteRows | None = None
    loads: Mapping[str, Load] = field(default_factory=dict)
    occupied: Collection[str] = frozenset()
    notes: tuple[Note, ...] = ()
    closed: str = ""
    shares: tuple[ShareUse, ...] = ()


def envelope_status(view: EnvelopeView) -> tuple[EnvelopeStatus, tuple[RowStatus, ...]]:
    """The status, and the described rows it was made of (for metrics)."""
    rows = view.rows
    conditions = [*_closed(view), *_doubts(view)]
    described = rows.describe(view.loads) if rows else ()
    figures: dict[str, object] = {}
    if rows is not None:
        found = slacks(rows, view.loads)
        conditions += [*_overloaded(found, view.generation), *exceeded(view.shares, view.generation)]
        conditions += _redundancy(rows.site, view.generation)
        figures = _figures(view, rows, described, found)
    ready = acceptance(view.generation, view.accepted, view.problems)
    status = EnvelopeStatus(
        observed_generation=view.generation,
        accepted_generation=view.accepted,
        conditions=[_pointing(ready[0], conditions), *ready[1:], *conditions],
    )
    return status.model_copy(update=figures), described


def _figures(
    view: EnvelopeView, rows: SiteRows, described: Sequence[RowStatus], found: list[Slack]
) -> dict[str, object]:
    domains = [row for row in described if row.kind not in _RACK_KINDS]
    failures = [effect for effect in rows.failures() if effect.lost or effect.throttled]
    failures.sort(key=lambda effect: (-len(effect.lost), -len(effect.throttled), effect.state.name))
    return {
        "power": _power(rows, domains, found),
        "binding": binding(found),
        "domains": _tightest(domains, MAX_DOMAINS),
        "domains_omitted": max(0, len(_by_name(domains)) - MAX_DOMAINS) or None,
        "racks": _racks(rows.site, described, view.occupied),
        "shares": share_status(view.shares),
        "failures": [_failure(effect) for effect in failures[:MAX_FAILURES]],
        "failures_omitted": max(0, len(failures) - MAX_FAILURES) or None,
    }


def _power(rows: SiteRows, domains: Sequence[RowStatus], found: list[Slack]) -> PowerSummary | None:
    """The site at its sources; None if a site has no power domain in service."""
    live = live_sources(rows)
    at_source = [row for row in domains if row.kind is RowKind.DOMAIN and row.subject in live]
    if not at_source:
        return None
    least = found[0].left if found else min(row.headroom for row in at_source)
    return PowerSummary(
        capacity=format_power(sum(row.capacity for row in at_source)),
        reserved=format_power(sum(row.reserved for row in at_source)),
        headroom=format_power(least),
    )


def _racks(site: Site, described: Sequence[RowStatus], occupied: Collection[str]) -> RackSummary:
    racks = [row for row in described if row.kind in _RACK_KINDS]
    return RackSummary(
        total=len(site.racks),
        occupied=len(occupied),
        over=len({row.subject for row in racks if row.headroom < 0}),
        least_headroom=_tightest([row for row in racks if row.subject in occupied], MAX_RACKS),
    )


def _tightest(rows: Sequence[RowStatus], most: int) -> list[LimitStatus]:
    """At most `most` of the rows, one a name; in their own order if all fit, else least headroom first."""
    kept = _by_name(rows)
    if len(kept) > most:
        kept = sorted(kept, key=lambda row: (row.headroom, row.subject))[:most]
    return [limit_status(row) for row in kept]


def _by_name(rows: Sequence[RowStatus]) -> list[RowStatus]:
    """The tightest row of each subject, in order of first appearance."""
    found: dict[str, RowStatus] = {}
    for row in rows:
        known = found.get(row.subject)
        if known is None or row.headroom < known.headroom:
            found[row.subject] = row
    return list(found.values())


def _failure(effect: FailureEffect) -> FailureStatus:
    return FailureStatus(
        name=effect.state.name,
        type=effect.state.failed_type or "declared out of service",
        lost=RackNames(count=len(effect.lost), names=compress(effect.lost, _NAMES)),
        throttled=RackNames(count=len(effect.throttled), names=compress(effect.throttled, _NAMES)),
    )


def _overloaded(found: list[Slack], generation: int) -> list[Condition]:
    sentences = [slack.sentence() for slack in over(found)]
    if not sentences:
        return []
    text = f"{listed(sentences)}; nothing new is admitted there"
    return [condition("Overloaded", True, "AboveCapacity", text, generation=generation)]


def _redundancy(site: Site, generation: int) -> list[Condition]:
    parts: list[Domain | CoolingUnit] = [*site.domains, *site.cooling]
    broken = [part for part in parts if part.state is not Declared.HEALTHY]
    out = [f"{part.type} {part.name} is declared {part.state}" for part in broken]
    if not out:
        return []
    rule = "each further failure must hold too" if site.keep_redundancy else "only this state has to hold"
    text = f"{listed(out)}; {rule}"
    return [condition("RedundancyLost", True, "OutOfService", text, generation=generation)]


def _closed(view: EnvelopeView) -> list[Condition]:
    if not view.closed:
        return []
    return [condition("NotAdmitting", True, "SiteClosed", view.closed, generation=view.generation)]


def _pointing(ready: Condition, others: Sequence[Condition]) -> Condition:
    """Ready, with a word on what keeps a site in force from taking more."""
    told = {"NotAdmitting": "it grants nothing", "Overloaded": "a limit is below its load"}
    hints = [f"{told[c.type]} (see {c.type})" for c in others if c.type in told]
    if not hints or ready.status != "True":
        return ready
    return ready.model_copy(update={"message": shortened(f"{ready.message}, but {', and '.join(hints)}")})


def _doubts(view: EnvelopeView) -> list[Condition]:
    """One condition for each kind of doubt; what is in doubt counts at its maximum."""
    found: dict[str, dict[tuple[str, str], list[str]]] = {}
    reasons: dict[str, str] = {}
    for note in sorted(view.notes, key=lambda note: (note.reason, note.kind, note.name)):
        kind = _DOUBTS.get(note.reason, note.reason)
        found.setdefault(kind, {}).setdefault((note.kind, note.sentence), []).append(note.name)
        reasons.setdefault(kind, note.reason)
    return [
        condition(kind, True, reasons[kind], _told(alike), generation=view.generation)
        for kind, alike in found.items()
    ]


def _told(alike: Mapping[tuple[str, str], Sequence[str]]) -> str:
    """Each sentence once, after the things it is about: "nodes n[0-6]: counted at 10 kW"."""
    sentences = []
    for (kind, sentence), subjects in alike.items():
        named = {name for name in subjects if name}
        word = kind.lower() + ("s" if len(named) > 1 else "")
        sentences.append(f"{word} {compress(named, _GROUP)}: {sentence}" if named else sentence)
    return listed(sentences)
