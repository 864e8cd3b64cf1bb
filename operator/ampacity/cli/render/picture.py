"""A simulated day as one HTML page: three charts and a table, with nothing from elsewhere and no scripts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ampacity.cli.render.day import Day, clock, part, rate
from ampacity.cli.render.simulate import frame_replicas
from ampacity.cli.render.svg import Scale, area, bar, chart, hover, line, nice
from ampacity.core.distribution.replay import Frame
from ampacity.core.units import format_power

MOST_SITES, MOST_SHORTAGES = 11, 30
_COLOURS = (
    "#3569b8", "#e07b39", "#3b9e6b", "#b84a62", "#8664b5", "#a08c2c",
    "#3aa5b5", "#c774a6", "#6f8f3c", "#b5653a", "#5b7f9e", "#8a8f98",
)  # fmt: skip
_STYLE = """
:root { color-scheme: light dark; --served: #3b9e6b;
  --ink: #1d2733; --soft: #66717e; --line: #d9dee4; --paper: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaef; --soft: #9aa5b1; --line: #333c47; --paper: #14191f; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.05rem; margin: 1.8rem 0 .3rem }
p { margin: .2rem 0 } svg { width: 100%; height: auto; display: block }
.soft, .axis { color: var(--soft); fill: var(--soft) } .axis { font-size: 12px }
.grid { stroke: var(--line); stroke-width: 1 } .hover { fill: transparent }
.hover:hover { fill: var(--ink); fill-opacity: .07 }
.served { fill: var(--served); fill-opacity: .75 } .missing { fill: #d0473c; fill-opacity: .8 }
.asked { fill: none; stroke: var(--ink); stroke-width: 1.5 }
.started { fill: #3569b8 } .stopped { fill: #e07b39 }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .35em 0 .9em }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
td, th { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0;
  border-bottom: 1px solid var(--line) }
"""


def picture(day: Day, title: str, note: str = "") -> str:
    """The page. `note`: a sentence on what it shows."""
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{escape(note)}</p>' if note else "",
        f"<p>{escape(_summary(day))}</p>",
        _demand(day),
        _power(day),
        _moves(day),
        _short(day),
    ]
    colours = "".join(f".s{number} {{ fill: {colour} }}\n" for number, colour in enumerate(_COLOURS))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width">\n<style>{_STYLE}{colours}</style></head>\n'
        + "<body>\n"
        + "\n".join(filter(None, body))
        + "\n</body></html>\n"
    )


def _summary(day: Day) -> str:
    total = day.total()
    return (
        f"{part(total.part)} of all requests served, {total.latency_ms:.1f} ms away on average;"
        f" {total.started:,} replicas started and {total.stopped:,} stopped over {day.minutes / 60:g} h."
    )


def _demand(day: Day) -> str:
    scale = Scale(day.minutes, nice(max(frame.asked for frame in day.frames)))
    asked = [(frame.minute, frame.asked) for frame in day.frames]
    served = [(frame.minute, frame.served) for frame in day.frames]
    nothing = [(frame.minute, 0.0) for frame in day.frames]
    parts = [
        area(nothing, served, scale, "served"),
        area(served, asked, scale, "missing"),
        line(asked, scale, "asked"),
        *(hover(frame.minute, minutes, _told(frame), scale) for frame, minutes in day.spans()),
    ]
    keys = _key("var(--served)", "served") + _key("#d0473c", "not served")
    return f"<h2>Demand, requests/s{keys}</h2>\n{chart(parts, scale, 'Demand asked and served', '')}"


def _told(frame: Frame) -> str:
    part_ = part(frame.served / frame.asked) if frame.asked else "all"
    lines = [f"{clock(frame.minute)}: {rate(frame.asked)} requests/s, {part_} served"]
    return "\n".join([*lines, *(one.sentence for one in frame.short[:5])])


def _power(day: Day) -> str:
    """Stacked, the largest at the bottom."""
    sites = day.sites()
    groups = [(site, [site]) for site in sites[:MOST_SITES]]
    if sites[MOST_SITES:]:
        groups.append((f"{len(sites) - MOST_SITES} more", sites[MOST_SITES:]))
    totals = [sum(day.power(frame).get(site, 0) for site in sites) for frame in day.frames]
    unit, size = ("MW", 1e9) if max(totals, default=0) >= 1e9 else ("kW", 1e6)
    scale = Scale(day.minutes, nice(max(totals, default=0) / size))
    parts, below = [], [(frame.minute, 0.0) for frame in day.frames]
    for number, (_, members) in enumerate(groups):
        above = [
            (minute, low + sum(day.power(frame).get(site, 0) for site in members) / size)
            for (minute, low), frame in zip(below, day.frames, strict=True)
        ]
        parts.append(area(below, above, scale, f"s{number}"))
        below = above
    parts += [hover(f.minute, minutes, _drawn(day, f, groups), scale) for f, minutes in day.spans()]
    keys = "".join(_key(_COLOURS[number], name) for number, (name, _) in enumerate(groups))
    return f'<h2>Power by site</h2>\n<p class="soft">{keys}</p>\n{chart(parts, scale, "Power by site", unit)}'


def _drawn(day: Day, frame: Frame, groups: Sequence[tuple[str, Sequence[str]]]) -> str:
    power = day.power(frame)
    lines = [
        f"{name}: {format_power(sum(power.get(site, 0) for site in members))}" for name, members in groups
    ]
    return "\n".join([clock(frame.minute), *lines])


def _moves(day: Day) -> str:
    """Starts up, stops down."""
    most = nice(max(max(frame.started, frame.stopped) for frame in day.frames))
    scale, parts = Scale(day.minutes, most, -most), []
    for frame, minutes in day.spans():
        parts.append(bar(frame.minute, minutes, frame.started, scale, "started"))
        parts.append(bar(frame.minute, minutes, -frame.stopped, scale, "stopped"))
        moved = f"{frame.started} started, {frame.stopped} stopped"
        told = f"{clock(frame.minute)}: {moved}, {frame_replicas(frame)} run"
        parts.append(hover(frame.minute, minutes, told, scale))
    keys = _key("#3569b8", "started") + _key("#e07b39", "stopped")
    return f"<h2>Replicas{keys}</h2>\n{chart(parts, scale, 'Replicas started and stopped', '')}"


def _short(day: Day) -> str:
    found = day.shortages()
    if not found:
        return ""
    rows = [
        f"<tr><td>{clock(one.begin)} to {clock(one.end)}</td><td>{escape(one.pool)}</td>"
        f"<td>{escape(one.sentence)}</td></tr>"
        for one in found[:MOST_SHORTAGES]
    ]
    more = (
        f'<p class="soft">and {len(found) - MOST_SHORTAGES} more</p>' if len(found) > MOST_SHORTAGES else ""
    )
    heads = "<tr><th>When</th><th>Pool</th><th>At the worst</th></tr>"
    return f"<h2>What was short</h2>\n<table>{heads}{''.join(rows)}</table>{more}"


def _key(colour: str, text: str) -> str:
    return f'<span class="key" style="background:{colour}"></span><span class="soft">{escape(text)}</span>'
