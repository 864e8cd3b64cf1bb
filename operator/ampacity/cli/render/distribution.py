"""Demand by region and site in the terminal, or as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ampacity.cli.render.style import Style
from ampacity.cli.render.table import counted, table, wrapped
from ampacity.core.distribution.answer import SiteNumber
from ampacity.core.distribution.model import Rtt
from ampacity.core.distribution.outcome import Flow, PoolOutcome, RegionOutcome, weighted
from ampacity.core.units import format_power

MOST_COLUMNS = 6
_NONE = "-"
_LEAST = 5e-4
Numbers = Mapping[tuple[str, str], SiteNumber]


def draw_distribution(outcomes: Iterable[PoolOutcome], style: Style) -> str:
    """A table for each pool: its regions against its sites, what is not served and why."""
    parts = [_draw(one, style) for one in outcomes]
    if not parts:
        return ""
    legend = style.paint("~ estimated from distance, not measured", "dim")
    return "\n\n".join([style.paint("Who is served from where", "bold"), *parts, legend])


def _draw(one: PoolOutcome, style: Style) -> str:
    sites = sorted(one.replicas, key=lambda site: (-one.replicas[site], site))
    shown, hidden = sites[:MOST_COLUMNS], sites[MOST_COLUMNS:]
    others = ["OTHERS"] if hidden else []
    heads, rows = [one.pool, "TOTAL", *shown, *others], list(_totals(one, shown, hidden))
    if one.regions:
        heads = [one.pool, "ASKED/S", "SERVED/S", "P50", "P99", *shown, *others]
        rows = [_region(region, shown, bool(hidden)) for region in one.regions]
        rows += [_all(one, len(shown) + len(others))]
        rows += [[name, "", total, "", "", *cells] for name, total, *cells in _totals(one, shown, hidden)]
    text = table(heads, rows, style, right=range(1, len(heads)))
    return "\n".join([text, *draw_shortages(one, style)])


def _region(region: RegionOutcome, shown: Sequence[str], others: bool) -> list[str]:
    parts = {flow.site: flow.requests for flow in region.flows}
    rest = sum(requests for site, requests in parts.items() if site not in shown)
    cells = [*(parts.get(site, 0.0) for site in shown), *([rest] if others else [])]
    return [
        region.region,
        _rate(region.asked),
        _rate(region.served),
        *_spread(region.flows),
        *(f"{cell / region.asked:.0%}" if cell else _NONE for cell in cells),
    ]


def _all(one: PoolOutcome, cells: int) -> list[str]:
    """All regions together."""
    flows = [flow for region in one.regions for flow in region.flows]
    asked, served = sum(r.asked for r in one.regions), sum(r.served for r in one.regions)
    return ["all", _rate(asked), _rate(served), *_spread(flows), *([""] * cells)]


def _totals(one: PoolOutcome, shown: Sequence[str], hidden: Sequence[str]) -> Iterator[list[str]]:
    """Replicas and power: their name, the total, and of each site."""
    for name, figures, text in (("replicas", one.replicas, str), ("power", one.power, format_power)):
        cells = [figures.get(site, 0) for site in shown]
        cells += [sum(figures.get(site, 0) for site in hidden)] if hidden else []
        yield [name, *map(text, [sum(figures.values()), *cells])]


def draw_shortages(one: PoolOutcome, style: Style) -> Iterator[str]:
    """What is not served, and why."""
    for short in [one.unserved, *(region.unserved for region in one.regions)]:
        if short is not None:
            yield wrapped(style.paint(short.sentence, "yellow"), style, 2)


def _spread(flows: Iterable[Flow]) -> tuple[str, str]:
    every = list(flows)
    return trip(weighted(every, 0.5)), trip(weighted(every, 0.99))


def trip(rtt: Rtt | None) -> str:
    """A round trip, with a mark if nobody measured it."""
    if rtt is None:
        return _NONE
    return f"{'' if rtt.measured else '~'}{rtt.ms:.{0 if rtt.ms >= 10 else 1}f} ms"


def _rate(requests: float) -> str:
    return f"{requests:,.3g}" if requests < 1000 else f"{requests:,.0f}"


def draw_numbers(numbers: Iterable[SiteNumber], style: Style) -> list[str]:
    """One sentence for each site: its number, whom it serves, what keeps it from more."""
    ordered = sorted(numbers, key=lambda one: (-one.replicas, one.site))
    return [wrapped(number_sentence(one), style, 2) for one in ordered]


def number_sentence(one: SiteNumber) -> str:
    """ "paris: 14 replicas for 89% of paris; no more, for UPS a short by 1 kW for one more h200."."""
    serves = ", ".join(f"{_portion(part)} of {region}" for region, part in one.serves)
    what = f"{counted(one.replicas, 'replica')}{f' for {serves}' if serves else ''}"
    more = f"{'; no more' if one.replicas else ''}, though {one.though}: " if one.though else "; "
    return f"{one.site}: {what}{more}{one.cause.sentence}."


def _portion(part: float) -> str:
    """In whole percent, but for what that would round to nothing or to everything."""
    if part >= 1 - _LEAST:
        return "all"
    return "under 1%" if part < 0.01 else f"{part:.1%}" if part > 0.99 else f"{part:.0%}"


def distribution_data(outcomes: Iterable[PoolOutcome], numbers: Numbers) -> list[dict[str, Any]]:
    """The same as data; power in watts."""
    return [
        {
            "pool": one.pool,
            "regions": [_region_data(region) for region in one.regions],
            "sites": [
                {
                    "site": site,
                    "replicas": number.replicas,
                    "watts": one.power.get(site, 0) / 1000,
                    "reason": number.cause.reason,
                    "message": number_sentence(number),
                }
                for (pool, site), number in numbers.items()
                if pool == one.pool
            ],
        }
        for one in outcomes
    ]


def _region_data(region: RegionOutcome) -> dict[str, Any]:
    short = region.unserved
    return {
        "region": region.region,
        "askedPerSecond": region.asked,
        "servedPerSecond": region.served,
        "unserved": None if short is None else {"perSecond": short.amount, "message": short.sentence},
        "roundTripMilliseconds": {
            name: found.ms if (found := weighted(region.flows, part)) else None
            for name, part in (("p50", 0.5), ("p99", 0.99))
        },
        "servedFrom": [
            {
                "site": flow.site,
                "perSecond": flow.requests,
                "milliseconds": flow.rtt.ms,
                "measured": flow.rtt.measured,
            }
            for flow in region.flows
        ],
    }
