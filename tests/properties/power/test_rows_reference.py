"""Rows against the naive reading: same verdict and shortage, whatever was grouped, skipped or dropped.

The rows round each coefficient up to ppm; the naive ones do not. So the rows'
shortage lies between the naive one and the naive one with a ppm more on each
coefficient, and where nothing needs rounding it is equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.core.load import Load
from ampacity.core.rows import build
from ampacity.core.site import Outcome, Rack, Site
from ampacity.core.units import PPM
from tests.properties.power import sites
from tests.properties.power.naive import Moment, base_of, edges_of, gain, moments

PROVEN = settings(deadline=None)
KINDS = ("power", "air", "liquid")
Coefs = dict[str, tuple[Fraction, ...]]


@dataclass(frozen=True)
class NaiveRow:
    """`sum(coefs[rack] . load) + base <= capacity` with exact coefficients, in one moment."""

    capacity: int
    coefs: Coefs
    base: Fraction

    def short(self, loads: dict[str, Load], more: int = 0) -> int:
        """mW over, with `more` ppm added to every rounded-up coefficient."""
        total = self.base
        for name, coefs in self.coefs.items():
            for kind, exact in zip(KINDS, coefs, strict=True):
                coef = Fraction(floor(exact * PPM) + more, PPM) if more and exact else exact
                total += coef * getattr(loads[name], kind)
        return ceil(total - self.capacity)


def naive_rows(moment: Moment) -> Iterator[NaiveRow]:
    """Every limit of the site in this moment, one by one."""
    alive = [one for one in moment.site.racks if not moment.lost(one)]
    for name, part in moment.parts.items():
        if name in moment.dead:
            continue
        coefs = {one.name: tuple(moment.bound(one, kind, name)[0] for kind in KINDS) for one in alive}
        base = sum((moment.base_bound(source.name, name)[0] * source.base_load
                    for source in moment.site.domains), Fraction(0))
        whole = NaiveRow(part.capacity, coefs, base + _rack_base(alive, coefs))
        yield whole
        edges = edges_of(part)
        for edge, share in zip(edges, moment.shares(edges), strict=True):
            if edge.breaker is not None:
                yield _scaled(whole, edge.breaker, share * gain(part))
    for one in alive:
        yield from _own(moment, one)


def _own(moment: Moment, one: Rack) -> Iterator[NaiveRow]:
    zero, full, base = Fraction(0), Fraction(1), base_of(one)
    power: Coefs = {one.name: (full, zero, zero)}
    if one.limit is not None:
        yield NaiveRow(one.limit, power, Fraction(base.power))
    if one.shelves is not None and moment.failed is None:
        live = moment.supplies(one, one.shelves.count)
        yield NaiveRow(live * one.shelves.watts, power, Fraction(base.power))
    if one.air_limit is not None:
        heat = (zero, full, full) if moment.cut(one.liquid) else (zero, full, zero)
        into_air = base.power if moment.cut(one.liquid) else base.air
        yield NaiveRow(one.air_limit, {one.name: heat}, Fraction(into_air))
    for edge, share in zip(one.power, moment.shares(one.power), strict=True):
        if edge.breaker is not None:
            yield NaiveRow(edge.breaker, {one.name: (share, zero, zero)}, share * base.power)


def _scaled(row: NaiveRow, capacity: int, factor: Fraction) -> NaiveRow:
    coefs = {name: tuple(coef * factor for coef in parts) for name, parts in row.coefs.items()}
    return NaiveRow(capacity, coefs, row.base * factor)


def _rack_base(racks: list[Rack], coefs: Coefs) -> Fraction:
    return sum((coef * getattr(base_of(one), kind) for one in racks
                for kind, coef in zip(KINDS, coefs[one.name], strict=True)), Fraction(0))


def _touches(row: NaiveRow, name: str, load: Load) -> bool:
    return any(coef and getattr(load, kind)
               for kind, coef in zip(KINDS, row.coefs.get(name, (Fraction(0),) * 3), strict=True))


@PROVEN
@given(st.data())
def test_verdict_and_shortage_are_those_of_the_naive_rows(data: Any) -> None:
    site = data.draw(sites.sites())
    contents = data.draw(sites.contents(site))
    rows, loads = build(site, contents), data.draw(sites.loads(site))
    every = moments(site, contents)
    naive = [row for moment in every for row in naive_rows(moment)]
    usage = rows.usage(loads)
    for one in site.racks:
        more = data.draw(sites.loads(site))[one.name]
        after = loads | {one.name: loads[one.name] + more}
        found = rows.check(usage, one.name, more)
        if every[0].lost(one):
            assert found is not None or more == Load()
            continue
        touched = [row for row in naive if _touches(row, one.name, more)]
        least = max((row.short(after) for row in touched), default=0)
        most = max((row.short(after, more=2) for row in touched), default=0)
        slack = _base_slack(site)
        assert max(least, 0) <= (found.short if found else 0) <= max(most + slack, 0)


def _base_slack(site: Site) -> int:
    """What rounding base-load coefficients up by at most two ppm each may add to one row, mW."""
    total = sum(one.base_load for one in site.racks) + sum(one.base_load for one in site.domains)
    return ceil(Fraction(3 * 2 * total, PPM)) + 1


@PROVEN
@given(st.data())
def test_outcomes_are_those_of_the_naive_states(data: Any) -> None:
    site = data.draw(sites.sites())
    contents = data.draw(sites.contents(site))
    rows = build(site, contents)
    every = moments(site, contents)
    assert [state.name for state in rows.states] == [moment.failed or "normal" for moment in every]
    for moment in every:
        fates = {one.name: moment.outcome(one) for one in site.racks}
        expected = {name: fate for name, fate in fates.items() if fate is not Outcome.SURVIVES}
        assert rows.outcomes[moment.failed or "normal"] == expected
