"""A simulated day in the terminal, or as data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from ampacity.cli.render.day import Day, Shortage, clock, part, rate
from ampacity.cli.render.style import Style
from ampacity.cli.render.table import counted, wrapped
from ampacity.core.distribution.replay import Frame
from ampacity.core.units import format_power

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_ROWS = 5
_LABEL = 22
_FIGURES = 22
MOST_SITES, MOST_SHORTAGES = 12, 10


def draw_day(day: Day, style: Style) -> str:
    """Demand, power by site and moves over time; totals, and what was short."""
    columns = _columns(day, max(20, style.width - _LABEL - _FIGURES - 4))
    parts = [_demand(columns, day, style), _power(columns, day, style), _moves(columns, day, style)]
    parts += [_axis(columns, day, style), _summary(day, style), *_short(day.shortages(), style)]
    return "\n".join(parts)


def _columns(day: Day, wide: int) -> list[list[Frame]]:
    """For each column of the picture the frames that hold in it; never none."""
    width, found = day.minutes / wide, []
    for number in range(wide):
        begin, end = number * width, (number + 1) * width
        inside = [frame for frame in day.frames if begin <= frame.minute < end]
        before = [frame for frame in day.frames if frame.minute <= begin][-1:]
        found.append(inside if inside and inside[0].minute <= begin else [*before, *inside])
    return found


def _demand(columns: Sequence[Sequence[Frame]], day: Day, style: Style) -> str:
    """Served demand as columns; what is missing above them, shaded."""
    worst = [max(column, key=lambda frame: (frame.asked - frame.served, frame.asked)) for column in columns]
    top = max((frame.asked for frame in worst), default=0.0) or 1.0
    lines = [style.paint("Requests/s", "bold") + style.paint("   █ served  ▒ not served", "dim")]
    for row in reversed(range(_ROWS)):
        cells = [_cell(frame, row, top, style) for frame in worst]
        figure = f"{rate(top)} at the most" if row == _ROWS - 1 else ""
        lines.append(f"  {'':{_LABEL}}{''.join(cells)}  {figure}".rstrip())
    return "\n".join(lines)


def _cell(frame: Frame, row: int, top: float, style: Style) -> str:
    served, asked = (_ROWS * amount / top - row for amount in (frame.served, frame.asked))
    if asked - served > 1e-6 and asked > 0.0 and served < 1.0:
        return style.paint("▒", "red") if asked >= 0.5 or served > 0 else " "
    return style.paint(_EIGHTHS[round(8 * min(max(served, 0.0), 1.0))], "green")


def _power(columns: Sequence[Sequence[Frame]], day: Day, style: Style) -> str:
    sites = day.sites()
    shown, hidden = sites[:MOST_SITES], sites[MOST_SITES:]
    lines = [style.paint("Power by site", "bold")]
    lines += [_site(site, [site], columns, day, style) for site in shown]
    if hidden:
        lines.append(_site(f"{len(hidden)} more", hidden, columns, day, style))
    return "\n".join(lines)


def _site(
    label: str, sites: Sequence[str], columns: Sequence[Sequence[Frame]], day: Day, style: Style
) -> str:
    drawn = {frame.minute: sum(day.power(frame).get(site, 0) for site in sites) for frame in day.frames}
    values = [max(drawn[frame.minute] for frame in column) for column in columns]
    figures = f"{format_power(min(drawn.values()))} to {format_power(max(drawn.values()))}"
    return _line(label, values, max(drawn.values()), figures, style, "cyan")


def _moves(columns: Sequence[Sequence[Frame]], day: Day, style: Style) -> str:
    lines, seen = [style.paint("Replicas", "bold")], day.total()
    counts = [max(frame_replicas(frame) for frame in column) for column in columns]
    least = min(frame_replicas(frame) for frame in day.frames)
    lines.append(_line("running", counts, max(counts), f"{least} to {max(counts)}", style, "cyan"))
    for label, total in (("started", seen.started), ("stopped", seen.stopped)):
        values = _first_seen(columns, label)
        lines.append(_line(label, values, max(values), f"{total} in all", style, "yellow"))
    return "\n".join(lines)


def _first_seen(columns: Sequence[Sequence[Frame]], what: str) -> list[int]:
    """Moves in each column; those of a frame count where it begins."""
    seen: set[float] = set()
    found = []
    for column in columns:
        found.append(sum(getattr(frame, what) for frame in column if frame.minute not in seen))
        seen |= {frame.minute for frame in column}
    return found


def frame_replicas(frame: Frame) -> int:
    """How many run."""
    return sum(frame.replicas.values())


def _line(label: str, values: Iterable[float], top: float, figures: str, style: Style, look: str) -> str:
    cells = "".join(_EIGHTHS[_level(value, top)] for value in values)
    name = label if len(label) < _LABEL else f"{label[: _LABEL - 2]}…"
    return f"  {name:{_LABEL}}{style.paint(cells, look)}  {figures}"


def _level(value: float, top: float) -> int:
    """Something always shows."""
    return 0 if value <= 0 or top <= 0 else max(1, round(8 * value / top))


def _axis(columns: Sequence[object], day: Day, style: Style) -> str:
    marks = [clock(day.minutes * quarter / 4) for quarter in range(5)]
    text = [" "] * (len(columns) + 5)
    for quarter, mark in enumerate(marks):
        at = len(columns) * quarter // 4
        text[at : at + len(mark)] = mark
    return style.paint(f"  {'':{_LABEL}}{''.join(text)}".rstrip(), "dim")


def _summary(day: Day, style: Style) -> str:
    total = day.total()
    served = f"{part(total.part)} of all requests served"
    latency = f", {total.latency_ms:.0f} ms away on average" if total.latency_ms else ""
    moves = f"{counted(total.started, 'replica')} started, {total.stopped:,} stopped"
    energy = (
        f"{total.energy / 1e6:,.1f} MWh drawn"
        if total.energy >= 1e6
        else f"{total.energy / 1e3:,.1f} kWh drawn"
    )
    return "\n" + wrapped(f"{served}{latency}; {moves}; {energy}.", style, 0)


def _short(shortages: Sequence[Shortage], style: Style) -> list[str]:
    if not shortages:
        return []
    lines = ["", style.paint("What was short", "bold")]
    for one in shortages[:MOST_SHORTAGES]:
        when = f"{clock(one.begin)} to {clock(one.end)}, {one.pool}"
        lines.append(wrapped(f"{when}: {one.sentence}", style, 2))
    if len(shortages) > MOST_SHORTAGES:
        lines.append(f"  and {len(shortages) - MOST_SHORTAGES} more")
    return lines


def day_json(day: Day) -> str:
    """The same as data; power in watts."""
    total = day.total()
    return json.dumps(
        {
            "servedPart": total.part,
            "latencyMilliseconds": total.latency_ms,
            "started": total.started,
            "stopped": total.stopped,
            "wattHours": total.energy,
            "moments": [
                {
                    "minute": frame.minute,
                    "asked": frame.asked,
                    "served": frame.served,
                    "latencyMilliseconds": frame.latency_ms,
                    "started": frame.started,
                    "stopped": frame.stopped,
                    "watts": {site: power / 1000 for site, power in sorted(day.power(frame).items())},
                    "replicas": [
                        {"pool": choice.pool, "site": choice.site, "variant": choice.variant, "count": count}
                        for choice, count in frame.replicas.items()
                    ],
                    "short": [
                        {"pool": one.pool, "region": one.region, "amount": one.amount, "why": one.sentence}
                        for one in frame.short
                    ],
                }
                for frame in day.frames
            ],
        },
        indent=1,
    )
