"""Pictures of sites: the limits that matter, and every rack as a bar.

A site of many racks is drawn as a map, one block a rack, since nobody reads a
thousand bars.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ampacity.cli.render.bars import (
    LEGEND,
    LEGEND_MAP,
    LEGEND_UNKNOWN,
    bar,
    colour_of,
    of_limit,
    percent,
    unknown_bar,
)
from ampacity.cli.render.style import Style
from ampacity.cli.render.table import counted
from ampacity.core.units import format_power

MOST_BARS = 40
_LEVELS = "▁▂▃▄▅▆▇█"
_CELLS = 24


@dataclass(frozen=True, slots=True)
class LimitPicture:
    """A domain or cooling unit: mW now, and in the single failure `worst_state` that loads it most.

    `failing`: that failure as sentences name it, "UPS ups-b". `unknown`: something on it draws nobody
    knows how much, so that `now` is the least it can be.
    """

    type: str
    name: str
    capacity: int
    now: int
    worst: int = 0
    worst_state: str = ""
    failing: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class RackPicture:
    """A rack: mW it draws (base load included) of mW it may, its GPUs, and what runs in it.

    `capacity`: the rack's own limit, or without one what its nodes draw at most.
    `tenants`: (who, how many), for example ("chat", 2). `note`: a few words, for example "not listed".
    `unknown`: nobody knows what its nodes draw. `gpus_unknown`: nor how many GPUs some of them have.
    """

    name: str
    now: int
    capacity: int
    gpus_used: int = 0
    gpus: int = 0
    tenants: tuple[tuple[str, int], ...] = ()
    note: str = ""
    unknown: bool = False
    gpus_unknown: bool = False


@dataclass(frozen=True, slots=True)
class SitePicture:
    """A site: `title` says where it is; `limits` in the order to be drawn, less `hidden` others."""

    name: str
    title: str
    limits: tuple[LimitPicture, ...]
    racks: tuple[RackPicture, ...]
    note: str = ""
    hidden: int = 0


def draw_racks(sites: Iterable[SitePicture], style: Style) -> str:
    """All sites, one under the other, with the legend; no newline at the end."""
    shown = list(sites)
    legend = [LEGEND]
    if any(rack.unknown for site in shown for rack in site.racks):
        legend.append(LEGEND_UNKNOWN)
    if any(len(site.racks) > MOST_BARS for site in shown):
        legend.append(LEGEND_MAP)
    return "\n\n".join(
        [*(draw_site(site, style) for site in shown), "\n".join(style.paint(line, "dim") for line in legend)]
    )


def draw_site(site: SitePicture, style: Style) -> str:
    """One site: its heading, its limits, its racks."""
    used, gpus = sum(r.gpus_used for r in site.racks), sum(r.gpus for r in site.racks)
    in_use = _gpus(used, gpus, any(rack.gpus_unknown for rack in site.racks))
    size = f"{counted(len(site.racks), 'rack')}, {in_use} GPUs in use"
    heading = "  ".join(filter(None, (style.paint(site.name, "bold"), site.title, size)))
    note = [f"  {style.paint(site.note, 'yellow')}"] if site.note else []
    many = len(site.racks) > MOST_BARS
    width = _width([*_titles(site.limits), *(rack.name for rack in site.racks if not many)])
    limits = _limits(site.limits, width, style)
    if site.hidden:
        limits.append(style.paint(f"  and {counted(site.hidden, 'more limit')} with more room", "dim"))
    racks = _map(site.racks, style) if many else _bars(site.racks, width, style)
    return "\n".join([heading, *note, *limits, *racks])


def draw_limits(limits: Sequence[LimitPicture], style: Style) -> str:
    """Limits alone, one under the other."""
    return "\n".join(_limits(limits, _width(_titles(limits)), style))


def _titles(limits: Sequence[LimitPicture]) -> list[str]:
    return [f"{limit.type} {limit.name}" for limit in limits]


def _width(texts: Iterable[str]) -> int:
    return max(map(len, texts), default=0)


def _limits(limits: Sequence[LimitPicture], width: int, style: Style) -> list[str]:
    return [
        f"  {title:<{width}}  {_limit_bar(limit, style)}  {_figures(limit, style)}"
        for title, limit in zip(_titles(limits), limits, strict=True)
    ]


def _gpus(used: int, gpus: int, unknown: bool) -> str:
    """ "3/8", "3/?" or "3/8+?" """
    return f"{used}/" + (f"{gpus}+?" if unknown and gpus else "?" if unknown else str(gpus))


def _limit_bar(limit: LimitPicture, style: Style) -> str:
    if limit.unknown:
        return unknown_bar(limit.now, limit.capacity, _CELLS, style)
    return bar(limit.now, limit.worst, limit.capacity, _CELLS, style)


def _figures(limit: LimitPicture, style: Style) -> str:
    if limit.capacity <= 0 and not limit.now:
        return "out of service"
    if limit.unknown:
        return f"at least {of_limit(limit.now, limit.capacity)}, the rest is unknown"
    text = f"{of_limit(limit.now, limit.capacity)}, {percent(limit.now, limit.capacity)}"
    if limit.worst > limit.now:
        text += f"; {format_power(limit.worst)} if {limit.failing or limit.worst_state} fails"
    over = max(limit.now, limit.worst) - limit.capacity
    return text + style.paint(f"  over by {format_power(over)}", "red") if over > 0 else text


def _bars(racks: Sequence[RackPicture], width: int, style: Style) -> list[str]:
    figures = [_draw(rack) for rack in racks]
    column = _width(figures)
    return [
        f"  {rack.name:<{width}}  {_rack_bar(rack, style)}  {text:<{column}}  {_gpu_column(rack):>12}"
        f"  {_tenants(rack, style)}".rstrip()
        for rack, text in zip(racks, figures, strict=True)
    ]


def _gpu_column(rack: RackPicture) -> str:
    return f"{_gpus(rack.gpus_used, rack.gpus, rack.gpus_unknown)} GPUs"


def _rack_bar(rack: RackPicture, style: Style) -> str:
    if rack.unknown:
        return unknown_bar(0, rack.capacity, _CELLS, style)
    return bar(rack.now, 0, rack.capacity, _CELLS, style)


def _draw(rack: RackPicture) -> str:
    if rack.capacity <= 0 and not rack.now:
        return "lost"
    return f"unknown of {format_power(rack.capacity)}" if rack.unknown else of_limit(rack.now, rack.capacity)


def _tenants(rack: RackPicture, style: Style) -> str:
    text = ", ".join(f"{who} x{count}" if count > 1 else who for who, count in rack.tenants)
    return f"{text}  {style.paint(rack.note, 'yellow')}".strip() if rack.note else text


def _map(racks: Sequence[RackPicture], style: Style) -> list[str]:
    """One block a rack; racks whose names share all but their last number stand on one line."""
    rows = [(row, list(members)) for row, members in groupby(racks, key=lambda rack: _row_of(rack.name))]
    width = _width(row for row, _ in rows)
    lines = []
    for row, members in rows:
        blocks = "".join(_block(rack, style) for rack in members)
        if any(rack.unknown for rack in members):
            lines.append(f"  {row:<{width}}  {blocks}  unknown")
            continue
        total, most = sum(r.now for r in members), sum(r.capacity for r in members)
        lines.append(f"  {row:<{width}}  {blocks}  {of_limit(total, most)}")
    return lines


def _row_of(name: str) -> str:
    return name.rstrip("0123456789").rstrip("-_.") or name


def _block(rack: RackPicture, style: Style) -> str:
    if rack.capacity <= 0:
        return style.paint("x", "red")
    if rack.unknown:
        return style.paint("?", "yellow")
    level = min(rack.now * len(_LEVELS) // rack.capacity, len(_LEVELS) - 1)
    return style.paint(_LEVELS[level], colour_of(rack.now, rack.capacity))
