"""Limits of one rack: its cords, its own limits, its shelves, its nodes' supplies."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity.core.load import Load, Supplies
from ampacity.core.rows import RowKind, Shortfall, SiteRows, build
from ampacity.core.site import Declared, Edge
from ampacity.core.units import PPM
from tests.builders.power import AIR, air_load, cooler, domain, kw, rack, site

A_B = (domain("a", fails=True), domain("b", fails=True))


def refused(rows: SiteRows, load: Load) -> Shortfall | None:
    return rows.check(rows.usage({}), "r1", load)


def kinds(rows: SiteRows) -> set[RowKind]:
    return {row.kind for row in rows.rows} - {RowKind.DOMAIN, RowKind.AIR, RowKind.LIQUID}


def test_a_cord_carries_the_rack_alone_after_a_failure() -> None:
    rows = build(site(A_B, [rack(by=[Edge("a", None, kw(20)), Edge("b", None, kw(20))])]), {})
    assert refused(rows, air_load(kw(20))) is None
    short = refused(rows, air_load(kw(20) + 1))
    assert short is not None
    assert (short.row.kind, short.row.subject, short.row.state.name) == (RowKind.CORD, "r1 via a", "b")
    assert short.short == 1


def test_without_failure_domains_a_cord_carries_its_share() -> None:
    hall = site([domain("a"), domain("b")], [rack(by=[Edge("a", None, kw(11)), Edge("b")])])
    rows = build(hall, {})
    assert refused(rows, air_load(kw(20))) is None
    short = refused(rows, air_load(kw(20) + 2))
    assert short is not None and short.row.state.normal


def test_the_racks_own_limit_includes_its_base_load() -> None:
    rows = build(site([domain("pdu")], [rack(limit=kw(40), base_load=kw(2))]), {})
    assert refused(rows, air_load(kw(38))) is None
    short = refused(rows, air_load(kw(38) + 1))
    assert short is not None and short.row.kind is RowKind.RACK


def test_the_air_limit_counts_air_and_the_base_loads_air_part() -> None:
    hall = site([domain("pdu")], [rack(loop=["cdu"], air_limit=kw(12), base_load=kw(2), base_air=kw(1))],
                [cooler("cdu")])
    rows = build(hall, {})
    assert refused(rows, Load(kw(100), kw(11), kw(89))) is None
    short = refused(rows, Load(kw(100), kw(11) + 1, kw(89)))
    assert short is not None and short.row.kind is RowKind.RACK_AIR


def test_all_heat_of_an_air_racks_base_load_is_in_air() -> None:
    hall = site([domain("pdu")], [rack(air=["room"], air_limit=kw(12), base_load=kw(2))],
                [cooler("room", medium=AIR)])
    assert refused(build(hall, {}), air_load(kw(10) + 1)) is not None


def test_shelves_carry_what_their_count_says() -> None:
    rows = build(site([domain("pdu")], [rack(shelves=Supplies(8, kw(33)))]), {})
    assert refused(rows, air_load(kw(264))) is None
    short = refused(rows, air_load(kw(264) + 1))
    assert short is not None and short.row.kind is RowKind.SHELVES


def test_shelves_without_power_carry_nothing_now() -> None:
    hall = site([domain("a", state=Declared.FAILED), domain("b")],
                [rack(by=["a", "b"], shelves=Supplies(8, kw(33)))])
    assert refused(build(hall, {}), air_load(kw(132) + 1)) is not None


def test_only_the_tightest_local_row_stays() -> None:
    cords = [Edge("a", None, kw(50)), Edge("b", None, kw(60))]
    rows = build(site(A_B, [rack(by=cords, limit=kw(55), shelves=Supplies(6, kw(10)))]), {})
    assert kinds(rows) == {RowKind.CORD}


@pytest.mark.parametrize("more", [
    {"base_load": kw(1)}, {"shelves": Supplies(1, kw(10))},
    {"limit": kw(10)}, {"air_limit": kw(10)},
])
def test_racks_that_hang_alike_keep_their_own_figures(more: dict[str, Any]) -> None:
    cords = [Edge("pdu", None, kw(50))]
    plain, own = (build(site([domain("pdu")], [rack("r0", by=cords), rack("r1", by=cords, **figures)]), {})
                  for figures in ({}, more))
    assert refused(plain, air_load(kw(50))) is None
    assert refused(own, air_load(kw(50))) is not None


def test_a_node_draws_no_more_than_its_supplies_carry() -> None:
    rows = build(site(A_B, [rack(by=["a", "b"])]), {})
    supplies = Supplies(6, kw(3.3))
    assert rows.supply_limit("r1", supplies) == kw(19.8)
    assert rows.supplies_shortfall("r1", "n1", supplies, kw(19.8)) is None
    short = rows.supplies_shortfall("r1", "n1", supplies, kw(20))
    assert short is not None and (short.row.kind, short.short) == (RowKind.SUPPLIES, kw(0.2))


def test_supplies_on_a_cord_that_is_declared_dead_carry_nothing() -> None:
    hall = site([domain("a", state=Declared.FAILED), domain("b")], [rack(by=["a", "b"])])
    assert build(hall, {}).supply_limit("r1", Supplies(6, kw(3.3))) == kw(9.9)


def test_a_rack_that_is_lost_now_admits_nothing() -> None:
    hall = site([domain("a", state=Declared.FAILED), domain("b")], [rack(by=["a"], limit=kw(5))])
    rows = build(hall, {})
    short = refused(rows, air_load(1))
    assert short is not None
    assert (short.row.kind, short.row.subject_type) == (RowKind.OUT, "power")
    assert rows.columns["r1"][0].power == PPM
