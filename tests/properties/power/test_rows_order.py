"""More load never fits better, and the boundary is exact to the milliwatt."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.core.load import Load
from ampacity.core.rows import SiteRows, build
from ampacity.core.site import Site
from tests.properties.power import sites

PROVEN = settings(deadline=None)


@PROVEN
@given(st.data())
def test_more_load_anywhere_never_makes_anything_fit_or_less_short(data: Any) -> None:
    site, rows = _built(data)
    loads, extra = data.draw(sites.loads(site)), data.draw(sites.loads(site))
    more = {name: load + extra[name] for name, load in loads.items()}
    for rack, wanted in data.draw(sites.loads(site)).items():
        before, after = _short(rows, loads, rack, wanted), _short(rows, more, rack, wanted)
        assert before <= after
        assert after <= _short(rows, more, rack, wanted + extra[rack])


@PROVEN
@given(st.data())
def test_a_short_row_is_short_by_exactly_what_is_said(data: Any) -> None:
    """With so much more capacity the named row would hold; with a milliwatt less of it, it would not."""
    site, rows = _built(data)
    loads = data.draw(sites.loads(site))
    for rack, wanted in data.draw(sites.loads(site)).items():
        usage = rows.usage(loads)
        short = rows.check(usage, rack, wanted)
        if short is None:
            continue
        index = rows.rows.index(short.row)
        more = rows.usage({rack: wanted})[index]
        over = int(usage[index] + more - rows.capacity[index])
        assert (short.short - 1) * 10**6 < over <= short.short * 10**6


@PROVEN
@given(st.data())
def test_an_empty_site_takes_exactly_what_a_racks_capacity_says(data: Any) -> None:
    _, rows = _built(data)
    for one in rows.describe({}):
        if one.kind == "Rack" and one.headroom > 0:
            assert rows.check(rows.usage({}), one.subject, Load(one.headroom)) is None
        if one.kind == "Rack":
            assert rows.check(rows.usage({}), one.subject, Load(max(1, one.headroom + 1))) is not None


@PROVEN
@given(st.data())
def test_usage_grows_by_what_each_load_adds(data: Any) -> None:
    site, rows = _built(data)
    one, other = data.draw(sites.loads(site)), data.draw(sites.loads(site))
    both = {name: load + other[name] for name, load in one.items()}
    assert (rows.usage(one) + rows.usage(other) == rows.usage(both)).all()


def _built(data: Any) -> tuple[Site, SiteRows]:
    site = data.draw(sites.sites())
    return site, build(site, data.draw(sites.contents(site)))


def _short(rows: SiteRows, loads: dict[str, Load], rack: str, wanted: Load) -> int:
    found = rows.check(rows.usage(loads), rack, wanted)
    return found.short if found else 0
