"""A plan in the terminal, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from ampacity.cli.render.distribution import draw_distribution
from ampacity.cli.render.racks import SitePicture, draw_racks
from ampacity.cli.render.style import Style
from ampacity.cli.render.table import counted, table, wrapped
from ampacity.cli.report import Demand, Waiting
from ampacity.core.distribution.outcome import PoolOutcome
from ampacity.core.plan import SiteReason
from ampacity.core.snapshot import Note

MOST_SITES = 4


def draw_plan(
    demands: Sequence[Demand],
    outcomes: Sequence[PoolOutcome],
    sites: Sequence[SitePicture],
    over: Sequence[str],
    notes: Iterable[Note],
    assumptions: Iterable[str],
    style: Style,
) -> str:
    """What fits where, what waits and why, who is served from where, the racks, what is over its limit or
    in doubt, and the sum."""
    parts = [_placed(demands, style), _waiting(demands, style), draw_distribution(outcomes, style)]
    parts += [draw_racks(sites, style) if sites else ""]
    parts += [_list("Over their limit", over, style)]
    parts += [_list("Counted on the safe side", (_note(note) for note in notes), style)]
    parts += [_list("Assumed", assumptions, style), _sum(demands, over, outcomes, style)]
    return "\n\n".join(part for part in parts if part)


def _placed(demands: Sequence[Demand], style: Style) -> str:
    if not demands:
        return "Nothing asks for GPUs."
    heads = ("WHO", "KIND", "WANTED", "PLACED", "WAITING", "WHERE")
    return table(heads, [_row(demand) for demand in demands], style, right=(2, 3, 4))


def _row(demand: Demand) -> list[str]:
    places = demand.places
    where = ", ".join(f"{site or 'no site'} {count}" for site, count in sorted(places.items()))
    figures = (demand.wanted, places.total(), demand.waits)
    return [demand.owner.name, demand.owner.kind, *map(str, figures), where or "-"]


def _waiting(demands: Sequence[Demand], style: Style) -> str:
    lines = [style.paint("What waits, and why", "bold")]
    for demand in demands:
        for waiting in demand.waiting:
            verb = "waits" if waiting.count == 1 else "wait"
            reason = style.paint(waiting.reason, "yellow")
            lines.append(f"  {demand.owner.name}: {waiting.count} {verb}, {reason}")
            lines += [wrapped(text, style, 4) for text in site_sentences(waiting)]
    return "\n".join(lines) if len(lines) > 1 else ""


def site_sentences(waiting: Waiting) -> list[str]:
    """The sentence of the site that could most easily take it, then those of a few others."""
    others = [text for reason in waiting.sites if (text := _site_sentence(reason)) != waiting.sentence]
    more = [f"and {counted(len(others) - MOST_SITES, 'more site')}"] if len(others) > MOST_SITES else []
    return [waiting.sentence, *others[:MOST_SITES], *more]


def _site_sentence(reason: SiteReason) -> str:
    return f"{reason.site}: {reason.sentence}" if reason.site else reason.sentence


def _list(title: str, sentences: Iterable[str], style: Style) -> str:
    lines = [wrapped(sentence, style, 2) for sentence in sentences]
    return "\n".join([style.paint(title, "bold"), *lines]) if lines else ""


def _note(note: Note) -> str:
    return f"{note.kind} {note.name}: {note.sentence}" if note.name else f"{note.site}: {note.sentence}"


def _sum(
    demands: Sequence[Demand], over: Sequence[str], outcomes: Sequence[PoolOutcome], style: Style
) -> str:
    wanted = sum(demand.wanted for demand in demands)
    waits = sum(demand.waits for demand in demands)
    if over:
        found = f"{wanted - waits:,} of {counted(wanted, 'place')} found, and " if wanted else ""
        verb = "is" if len(over) == 1 else "are"
        return style.paint(f"{found}{counted(len(over), 'limit')} {verb} exceeded.", "red")
    unserved = [one.pool for one in outcomes if one.short]
    if not waits and unserved:
        who = f"{', '.join(unserved[:3])}{' and others' if len(unserved) > 3 else ''}"
        return style.paint(f"{counted(wanted, 'place')} found; demand of {who} is not all served.", "yellow")
    if not waits:
        return style.paint(f"Everything fits: {counted(wanted, 'place')}.", "green") if wanted else ""
    return style.paint(f"{wanted - waits:,} of {counted(wanted, 'place')} found, {waits:,} wait.", "yellow")


def plan_json(
    demands: Sequence[Demand],
    distribution: Sequence[dict[str, Any]],
    sites: Sequence[SitePicture],
    over: Sequence[str],
    notes: Iterable[Note],
    assumptions: Iterable[str],
) -> str:
    """The same as data; power in watts, stable keys."""
    return json.dumps(
        {
            "demand": [_demand_data(demand) for demand in demands],
            "distribution": list(distribution),
            "sites": [_site_data(site) for site in sites],
            "over": list(over),
            "notes": [_note_data(note) for note in notes],
            "assumptions": list(assumptions),
        },
        indent=2,
    )


def _note_data(note: Note) -> dict[str, str]:
    place = {"site": note.site, "rack": note.rack}
    return {"kind": note.kind, "name": note.name, **place, "reason": note.reason, "message": note.sentence}


def _demand_data(demand: Demand) -> dict[str, Any]:
    return {
        "kind": demand.owner.kind,
        "name": demand.owner.name,
        "wanted": demand.wanted,
        "placed": dict(sorted(demand.places.items())),
        "waiting": [
            {
                "count": waiting.count,
                "reason": waiting.reason,
                "message": waiting.sentence,
                "sites": [_reason_data(reason) for reason in waiting.sites],
            }
            for waiting in demand.waiting
        ],
    }


def _reason_data(reason: SiteReason) -> dict[str, Any]:
    data: dict[str, Any] = {"site": reason.site, "reason": reason.reason, "message": reason.sentence}
    short = reason.shortfall
    if short is not None:
        state = None if short.row.state.normal else short.row.state.name
        limit = {"kind": short.row.kind, "name": short.row.subject, "ifFails": state}
        data["short"] = {**limit, "rack": short.rack, "watts": short.short / 1000}
    return data


def _site_data(site: SitePicture) -> dict[str, Any]:
    return {
        "name": site.name,
        "limits": [
            {
                "type": limit.type,
                "name": limit.name,
                "capacityWatts": limit.capacity / 1000,
                "reservedWatts": limit.now / 1000,
                "worstWatts": max(limit.now, limit.worst) / 1000,
                "worstFailure": limit.worst_state or None,
            }
            for limit in site.limits
        ],
        "racks": [
            {
                "name": rack.name,
                "capacityWatts": rack.capacity / 1000,
                "reservedWatts": rack.now / 1000,
                "gpus": rack.gpus,
                "gpusInUse": rack.gpus_used,
            }
            for rack in site.racks
        ],
    }
