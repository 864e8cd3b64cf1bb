"""However the hall splits its load within the stated shares, it carries no more than the rows say."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.core.load import Load
from ampacity.core.rows import RowKind, SiteRows, build
from ampacity.core.site import Site
from tests.properties.power import sites
from tests.properties.power.naive import Moment, Split, moments

_SHARED = (RowKind.DOMAIN, RowKind.LIQUID, RowKind.AIR, RowKind.CORD)

PROVEN = settings(deadline=None)


@PROVEN
@given(st.data())
def test_no_split_of_load_exceeds_what_the_rows_say_is_reserved(data: Any) -> None:
    site, contents, rows = _built(data)
    loads = data.draw(sites.loads(site))
    said = {(one.kind, one.subject): one for one in rows.describe(loads) if one.kind in _SHARED}
    for moment in moments(site, contents):
        split = Split(moment, loads, data.draw(st.integers(0, 2**32)))
        for (_, subject), status in said.items():
            if subject in moment.parts and subject not in moment.dead:
                most = max(status.reserved, status.worst_reserved) if moment.failed else status.reserved
                assert split.output(subject) <= most


@PROVEN
@given(st.data())
def test_what_fits_never_trips_anything_in_any_state(data: Any) -> None:
    site, contents, rows = _built(data)
    loads = _fill(data, site, rows)
    for moment in moments(site, contents):
        split = Split(moment, loads, data.draw(st.integers(0, 2**32)))
        for name, part in moment.parts.items():
            if name not in moment.dead and _touched(moment, loads, name):
                assert split.output(name) <= part.capacity
        for cord, breaker, carried in split.cords():
            consumer = cord.partition(" via ")[0]
            if loads[consumer].power if consumer in loads else _touched(moment, loads, consumer):
                assert carried <= breaker


def _touched(moment: Moment, loads: dict[str, Load], name: str) -> bool:
    """Some rack's granted load may reach it. (What only base loads exceed is nobody's grant.)"""
    return any(
        getattr(loads[rack.name], kind) and moment.bound(rack, kind, name)[0]
        for rack in moment.site.racks if not moment.lost(rack) for kind in ("power", "air", "liquid")
    )


@PROVEN
@given(st.data())
def test_no_domain_carries_more_of_a_rack_than_it_draws_times_the_losses(data: Any) -> None:
    site, contents, rows = _built(data)
    for moment in moments(site, contents):
        for rack in site.racks:
            for entry in rows.columns[rack.name]:
                row = rows.rows[entry.row]
                if row.kind is RowKind.DOMAIN and row.state.name == (moment.failed or "normal"):
                    longest = moment.bound(rack, "power", row.subject)[1]
                    assert entry.power < longest * 10**6 + 2


def _built(data: Any) -> tuple[Site, dict[str, Any], SiteRows]:
    site = data.draw(sites.sites())
    contents = data.draw(sites.contents(site))
    return site, contents, build(site, contents)


def _fill(data: Any, site: Site, rows: SiteRows) -> dict[str, Load]:
    """Grant wanted loads one by one, each as large as still fits of a few sizes."""
    loads: dict[str, Load] = {rack.name: Load() for rack in site.racks}
    for name, wanted in data.draw(sites.loads(site, most=80)).items():
        for eighths in range(8, 0, -1):
            air = wanted.air * eighths // 8
            liquid = wanted.liquid * eighths // 8
            load = Load(air + liquid, air, liquid)
            if rows.check(rows.usage(loads), name, load) is None:
                loads[name] = load
                break
    return loads
