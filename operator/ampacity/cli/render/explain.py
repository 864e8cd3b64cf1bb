"""Why here, or why waiting and what would have to change, as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ampacity.cli.places import Place
from ampacity.cli.reasons import Need, Short
from ampacity.cli.render.racks import draw_limits
from ampacity.cli.render.style import Style
from ampacity.cli.render.table import counted, wrapped
from ampacity.cli.report import Demand
from ampacity.cli.standing import Standing
from ampacity.core.rows import failing
from ampacity.core.rows.shortfall import called
from ampacity.core.site import State
from ampacity.core.units import format_power

MOST_SITES = 5


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the planner would decide now for `count` equal waiters: a place (`granted`), or why none and
    what would have to change."""

    sentence: str
    needs: tuple[Need, ...] = ()
    count: int = 1
    granted: bool = False


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
    yield from _present(place)
    yield from _failures(place)


def _present(place: Place) -> Iterator[str]:
    because = f": {', '.join(place.out)}" if place.out else ""
    if place.lost_now:
        yield f"Its rack is lost, it has {place.lost_now} now{because}."
    elif place.slow_now:
        yield f"It may be slow now, for lack of live power supplies{because}."


def _failures(place: Place) -> Iterator[str]:
    if not place.rack or place.lost_now:
        return
    if place.relaxed:
        yield f"Only the present state is held, and no further failure, since {', '.join(place.out)}."
        return
    if not place.failures:
        yield "The envelope names no failure that must be survived."
        return
    if place.lost:
        yield f"It stops if one of these fails: {_states(place.lost)}."
    if place.throttled:
        states = _states(place.throttled)
        yield f"It slows down, for lack of live power supplies, if one of these fails: {states}."
    if not (place.lost or place.throttled or place.slow_now or place.unknown):
        yield "It survives every single failure that the envelope names."


def _states(states: Sequence[State]) -> str:
    return ", ".join(called(state.failed_type, state.name) for state in states)


def draw_waiting(name: str, fact: str, forecast: Forecast, style: Style) -> str:
    """A pod that waits: what stands on it, then what the planner would decide now, and what would help."""
    lines = [f"{style.paint(name, 'bold')} waits: {style.paint(fact.rstrip('.'), 'yellow')}."]
    if forecast.granted:
        lines.append(f"  The planner would now place it on node {forecast.sentence}.")
    elif not forecast.needs:
        lines.append(wrapped(f"The planner would not look at it now: {forecast.sentence}.", style, 2))
    elif forecast.sentence == fact:
        lines.append("  The planner would decide the same now:")
    else:
        lines.append(wrapped(f"The planner would now leave it waiting: {forecast.sentence}.", style, 2))
    return "\n".join([*lines, *_needs(forecast, style)])


def _needs(forecast: Forecast, style: Style) -> Iterator[str]:
    for need in forecast.needs[:MOST_SITES]:
        yield from _need(need, forecast.sentence, style)
    if len(forecast.needs) > MOST_SITES:
        yield f"  and {counted(len(forecast.needs) - MOST_SITES, 'more site')}"


def _need(need: Need, said: str, style: Style) -> Iterator[str]:
    where = f"{need.site}, rack {need.rack}" if need.rack else need.site or "any site"
    if not need.limits:
        known = said in (need.sentence, f"{need.site}: {need.sentence}")
        text = "; ".join(part for part in ("" if known else need.sentence, need.remedy) if part)
        if text:
            yield wrapped(f"{where}: {text}.", style, 2)
        return
    what = "this" if len(need.limits) == 1 else "all of this"
    yield f"  {where}: for one more, {what} would have to change:"
    for short in need.limits:
        yield wrapped(_change(short), style, 4)


def _change(short: Short) -> str:
    if short.capacity is None:
        return short.what
    when = f"{failing(short.failed).strip()}, " if short.failed else ""
    much, limit = format_power(short.short), format_power(short.capacity)
    return f"{when}{short.what}: {much} more than its {limit}, or {much} less load"


def draw_pool(demand: Demand, facts: Standing, waiting: Iterable[Forecast], style: Style) -> str:
    """A pool: how many are where, what its status says, then what the planner would decide now."""
    where = _where(demand.running) or "none"
    missing = facts.wanted - demand.running.total()
    title = f"{counted(facts.wanted, 'replica')} wanted, placed: {where}"
    end = "; nothing waits" if missing <= 0 and not facts.sentences else ""
    lines = [f"{style.paint(demand.owner.name, 'bold')}: {title}{end}."]
    lines += [wrapped(sentence, style, 2) for sentence in facts.sentences]
    if demand.placed:
        lines.append(f"  The planner would now place {demand.placed.total()} more: {_where(demand.placed)}.")
    for forecast in waiting:
        text = f"The planner would now leave {forecast.count} waiting: {forecast.sentence}."
        lines += [wrapped(text, style, 2), *_needs(forecast, style)]
    return "\n".join(lines)


def _where(places: Mapping[str, int]) -> str:
    return ", ".join(f"{count} at {site or 'no site'}" for site, count in sorted(places.items()))
