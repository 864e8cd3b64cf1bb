"""Why demand is not served: the figure that is short at each site that might, and the sentence for people."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ampacity.core.distribution.answer import Short, SiteCause, Unserved
from ampacity.core.distribution.eligibility import Bar, pair_bar, site_bar
from ampacity.core.distribution.fleet import Fleet
from ampacity.core.distribution.model import Limit
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.settled import Settled
from ampacity.core.rows.shortfall import failing, named
from ampacity.core.units import format_power

_HOPE: tuple[Bar | Short, ...] = (
    Short.NOT_WORTH, Short.LIMIT, Short.SLOTS, Short.SPREAD, Bar.HARDWARE, Bar.CLOSED, Bar.FIRST_TOKEN,
    Bar.ROUND_TRIP, Bar.UNREACHABLE, Bar.TIER, Bar.LABELS, Bar.RESIDENCY,
)  # fmt: skip


def unserved(settled: Settled, fleet: Fleet, room: Room) -> Iterator[Unserved]:
    """Each region of the pool that is short. `room`: what all pools together leave."""
    block = settled.block
    left = settled.unserved
    for region in np.flatnonzero(left).tolist():
        causes = tuple(_causes(settled, fleet, room, region))
        cause = min(causes, key=lambda one: _HOPE.index(one.reason), default=_no_site())
        part = float(left[region] / block.work[region])
        amount = float(left[region] * block.requests[region])
        yield Unserved(
            block.pool.name,
            block.regions[region],
            amount,
            part,
            cause,
            _sentence(settled, region, amount, part, cause),
            causes,
        )


def _sentence(settled: Settled, region: int, amount: float, part: float, cause: SiteCause) -> str:
    pool, name = settled.block.pool, settled.block.regions[region]
    what = f"{name}: {amount:.3g} requests/s ({part:.0%}) not served"
    if not name:
        what = f"{amount:.0f} of {pool.replicas} replicas wait"
    return f"{what}; {cause.site}: {cause.sentence}" if cause.site else f"{what}; {cause.sentence}"


def _no_site() -> SiteCause:
    return SiteCause("", Bar.HARDWARE, "there is no site")


def _causes(settled: Settled, fleet: Fleet, room: Room, region: int) -> Iterator[SiteCause]:
    """Sites that may serve the region by what they are short of, nearest first; then why not the others."""
    block = settled.block
    flows = np.flatnonzero(block.flow_region == region)
    flows = flows[np.argsort(block.flow_weight[flows], kind="stable")]
    for point in block.flow_point[flows].tolist():
        yield lacking(settled, fleet, room, point)
    offered = set(block.site[block.flow_point[flows]].tolist())
    ms = fleet.ms(block.pool)
    name = block.regions[region]
    for number, site in enumerate(fleet.sites):
        if number not in offered:
            barred = site_bar(block.pool, site)
            if barred is None and name:
                barred = pair_bar(block.pool, site, name, float(ms[region, number]))
            if barred is not None:
                yield SiteCause(site.name, barred.bar, barred.sentence)


def lacking(settled: Settled, fleet: Fleet, room: Room, point: int) -> SiteCause:
    """What one more replica at the point lacks: the variant that lacks least speaks."""
    block, site = settled.block, fleet.sites[settled.block.site[point]].name
    found = [
        _lack(room, int(block.option_berth[option]), site, _variant(settled, option))
        for option in np.flatnonzero(block.option_point == point).tolist()
    ]
    lack, cause = min(found, key=lambda one: one[0])
    if lack > 0:
        return cause
    if block.spreads:
        return SiteCause(
            site, Short.SPREAD, "there is room, but not for what the pool's spread asks beside it"
        )
    return SiteCause(
        site, Short.NOT_WORTH, "there is room, but starting a replica costs more than it would serve"
    )


def _lack(room: Room, berth: int, site: str, variant: str) -> tuple[float, SiteCause]:
    """How far one more replica is from fitting (0: it fits), and the cause."""
    short = room.short(berth)
    if short is not None:
        number, over, coef = short
        return over / coef, _limit_cause(site, variant, room.limits[number][1], over)
    if room.slots[berth] <= 0:
        slots = room.berths[berth][1].slots
        return 1.0, SiteCause(site, Short.SLOTS, f"all {slots} places for {variant} are taken")
    return 0.0, SiteCause(site, Short.NOT_WORTH, "")


def _limit_cause(site: str, variant: str, limit: Limit, over: int) -> SiteCause:
    """Rows by what they are short of; other limits have no unit to tell."""
    if not limit.unit:
        return SiteCause(site, Short.LIMIT, f"{limit.what}: none left for one more {variant}")
    short = -(-over // limit.unit)
    what, when = (named(limit.row), failing(limit.row.state)) if limit.row else (limit.what, "")
    sentence = f"{what} short by {format_power(short)}{when} for one more {variant}"
    return SiteCause(site, Short.LIMIT, sentence, limit.row, short)


def _variant(settled: Settled, option: int) -> str:
    block = settled.block
    name: str = block.pool.variants[block.option_variant[option]].name
    return name
