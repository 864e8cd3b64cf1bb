"""Bars of load against a limit, and the figures beside them."""

from __future__ import annotations

from ampacity.cli.render.style import Style
from ampacity.core.units import format_power

_EIGHTHS = " ▏▎▍▌▋▊▉"
LEGEND = "█ reserved now   ▒ added by the worst single failure   ░ free"
LEGEND_UNKNOWN = "? draws something, nobody knows how much"
LEGEND_MAP = "one block a rack: ▁ nearly empty to █ nearly full   x lost, it has no power or cooling now"


def bar(now: int, worst: int, capacity: int, cells: int, style: Style) -> str:
    """`cells` wide: reserved now, what the worst failure adds, and what is free; mW.

    Red when a limit is exceeded, yellow from 95 % on, green below.
    """
    if capacity <= 0:
        return style.paint("▒" * cells, "red") if max(now, worst) > 0 else style.paint("░" * cells, "dim")
    solid = min(now * cells * 8 // capacity, cells * 8)
    if now and not solid:
        solid = 1
    full, rest = divmod(solid, 8)
    filled = "█" * full + (_EIGHTHS[rest] if rest else "")
    shaded = min(-(-worst * cells // capacity), cells) if worst > now else 0
    added = "▒" * max(0, shaded - len(filled))
    free = "░" * (cells - len(filled) - len(added))
    look = colour_of(max(now, worst), capacity)
    return style.paint(filled + added, look) + style.paint(free, "dim")


def unknown_bar(now: int, capacity: int, cells: int, style: Style) -> str:
    """What is known to be reserved, mW; the rest may be free or not."""
    solid = min(now * cells // capacity, cells) if capacity > 0 else 0
    return style.paint("█" * solid + "?" * (cells - solid), "yellow")


def colour_of(load: int, capacity: int) -> str:
    """The colour that says how near a load is to its limit."""
    if load > capacity:
        return "red"
    return "yellow" if load * 100 >= capacity * 95 else "green"


def of_limit(load: int, capacity: int) -> str:
    """ "14.2 of 17 kW" style figures; the unit is said once where both share it."""
    much, most = format_power(load), format_power(capacity)
    figure, unit = much.split(" ")
    return f"{figure if most.endswith(' ' + unit) else much} of {most}"


def percent(load: int, capacity: int) -> str:
    """Whole percent, never rounded up to 100 or down to 0."""
    if capacity <= 0:
        return "-"
    exact = 100 * load / capacity
    if 99 < exact < 100:
        return "99 %"
    return "<1 %" if 0 < exact < 1 else f"{exact:.0f} %"
