"""Why here, or why waiting and what would have to change, as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ampacity.cli.places import Place
from ampacity.cli.reasons import Need, Short
from ampacity.cli.render.racks import draw_limits
from ampacity.cli.render.style import Style
from ampacity.cli.render.table import counted, wrapped
from ampacity.cli.report import Demand
from ampacity.core.rows import failing
from ampacity.core.site import State
from ampacity.core.units import format_power

MOST_SITES = 5


def draw_place(name: str, place: Place, style: Style) -> str:
    """A pod that has its place."""
    where = f"rack {place.rack} of {place.site}" if place.rack else "no rack"
    hardware = f" ({place.profile})" if place.profile else ""
    lines = [f"{style.paint(name, 'bold')} is on node {place.node}{hardware}, {where}."]
    lines += [wrapped(sentence, style, 2) for sentence in _facts(place)]
    if place.limits:
        lines += ["  What carries it:", draw_limits(place.limits, style)]
    return "\n".join(lines)


def _facts(place: Place) -> Iterator[str]:
    if place.reserved is None:
        yield "It has no reservation: nobody granted it this place, and it counts where it is."
    else:
        power, air, liquid = (
            format_power(part) for part in (place.reserved.power, place.reserved.air, place.reserved.liquid)
        )
        heat = f"{air} of heat into air" + (f" and {liquid} into its loop" if place.reserved.liquid else "")
        yield f"It was granted {power} ({heat}) under generation {place.generation} of the envelope."
    if place.doubt:
        yield place.doubt[0].upper() + place.doubt[1:] + "."
    if place.lost:
        yield f"It stops if one of these fails: {_states(place.lost)}."
    if place.throttled:
        states = _states(place.throttled)
        yield f"It slows down, for lack of live power supplies, if one of these fails: {states}."
    if place.rack and not place.lost and not place.throttled:
        yield "It survives every single failure that the envelope names."


def _states(states: Sequence[State]) -> str:
    return ", ".join(f"{state.failed_type} {state.name}" for state in states)


def draw_waiting(name: str, sentence: str, needs: Sequence[Need], style: Style) -> str:
    """A pod, or replicas of a pool, that wait: the sentence, then what would let one start."""
    lines = [f"{style.paint(name, 'bold')}: {style.paint(sentence, 'yellow')}"]
    for need in needs[:MOST_SITES]:
        lines += _need(need, style)
    if len(needs) > MOST_SITES:
        lines.append(f"  and {counted(len(needs) - MOST_SITES, 'more site')}")
    return "\n".join(lines)


def _need(need: Need, style: Style) -> Iterator[str]:
    where = f"{need.site}, rack {need.rack}" if need.rack else need.site or "any site"
    if not need.limits:
        yield wrapped(f"{where}: {need.sentence}; {need.remedy}.", style, 2)
        return
    what = "this" if len(need.limits) == 1 else "all of this"
    yield f"  {where}: for one more, {what} would have to change:"
    for short in need.limits:
        yield wrapped(_change(short), style, 4)


def _change(short: Short) -> str:
    if short.capacity is None:
        return short.what
    when = failing(short.failed) if short.failed else ""
    much, limit = format_power(short.short), format_power(short.capacity)
    return f"{short.what}: {much} more than its {limit}, or {much} less load{when}"


def draw_pool(demand: Demand, waiting: Iterable[str], style: Style) -> str:
    """A pool: how many are where, then `waiting`, drawn already."""
    places = demand.places
    where = ", ".join(f"{count} at {site}" for site, count in sorted(places.items())) or "none"
    end = "." if demand.waits else "; nothing waits."
    title = f"{counted(demand.wanted, 'replica')} wanted, placed: {where}{end}"
    return "\n".join([f"{style.paint(demand.owner.name, 'bold')}: {title}", *waiting])

