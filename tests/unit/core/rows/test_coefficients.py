"""What one watt at a rack puts on each domain, cooling unit and cord."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ampacity.core.rows import RackContents, RowKind, SiteRows, build
from ampacity.core.site import Edge
from ampacity.core.units import PPM
from tests.builders.power import AIR, cooler, domain, kw, rack, site

Coefs = tuple[int, int, int]


def column(rows: SiteRows, name: str = "r1") -> Mapping[tuple[str, str], Coefs]:
    """(subject, state) -> ppm of power, air, liquid."""
    found = {}
    for entry in rows.columns[name]:
        row = rows.rows[entry.row]
        found[row.subject, row.state.name] = (entry.power, entry.air, entry.liquid)
    return found


def test_losses_multiply_up_to_the_meter_and_round_up() -> None:
    hall = site([domain("meter", "1MW"), domain("ups", "900kW", by=["meter"], efficiency=970_000),
                 domain("pdu", "800kW", by=["ups"], efficiency=980_000)], [rack()])
    found = column(build(hall, {}))
    assert found["pdu", "normal"] == (PPM, 0, 0)
    assert found["ups", "normal"] == (1_020_409, 0, 0)
    assert found["meter", "normal"] == (1_051_968, 0, 0)


@pytest.mark.parametrize("lossy", ["pdu-a", "pdu-b"])
def test_two_paths_to_one_domain_carry_the_rack_once(lossy: str) -> None:
    pdus = [domain(name, "30kW", by=["ups"], efficiency=900_000 if name == lossy else PPM)
            for name in ("pdu-a", "pdu-b")]
    found = column(build(site([domain("ups", "100kW"), *pdus], [rack(by=["pdu-a", "pdu-b"])]), {}))
    assert found["pdu-a", "normal"] == (550_000, 0, 0)
    assert found["ups", "normal"] == (1_111_112, 0, 0)  # one lossy path at most, not 0.55/0.9 + 0.55


def test_what_two_paths_carry_together_is_no_more_further_up() -> None:
    pdus = [domain(name, by=["ups"]) for name in ("pdu-a", "pdu-b")]
    hall = site([domain("grid-a", "1kW"), domain("grid-b"), domain("ups", by=["grid-a", "grid-b"]), *pdus],
                [rack(by=["pdu-a", "pdu-b"])])
    assert column(build(hall, {}))["grid-a", "normal"] == (550_000, 0, 0)


def test_a_failure_moves_the_load_to_the_survivor() -> None:
    hall = site([domain("a", fails=True), domain("b", fails=True)], [rack(by=["a", "b"])])
    found = column(build(hall, {}))
    assert found["a", "b"] == (PPM, 0, 0)


def test_a_lost_rack_leaves_all_rows_of_that_state() -> None:
    hall = site([domain("a", fails=True), domain("b", "500kW", fails=True)],
                [rack("r1", by=["a"]), rack("r2", by=["a", "b"])])
    rows = build(hall, {})
    assert all(state != "a" for _, state in column(rows))
    assert ("b", "a") in column(rows, "r2")


def test_heat_goes_to_the_cooling_units_and_their_electricity_to_their_power() -> None:
    hall = site([domain("pdu", "1MW")], [rack(loop=["cdu"], air=["x", "y"])],
                [cooler("cdu", by=["pdu"], electricity=100_000),
                 cooler("x", medium=AIR, by=["pdu"], electricity=300_000),
                 cooler("y", medium=AIR, by=["pdu"], electricity=200_000)])
    found = column(build(hall, {}))
    assert found["cdu", "normal"] == (0, 0, PPM)
    assert found["x", "normal"] == (0, 550_000, 0)
    # x and y: at most 0.55 * 0.3 + 0.55 * 0.2, less than the worst unit taking all
    assert found["pdu", "normal"] == (PPM, 275_000, 100_000)


def test_electricity_of_cooling_moves_with_a_failure_and_has_its_own_cord() -> None:
    hall = site([domain("a", fails=True), domain("b", fails=True)], [rack(by=["a", "b"], air=["room"])],
                [cooler("room", medium=AIR, by=[Edge("a", None, kw(9)), "b"], electricity=200_000)])
    found = column(build(hall, {}))
    assert found["a", "b"] == (PPM, 200_000, 0)
    assert found["room via a", "b"] == (0, 200_000, 0)


def test_heat_of_a_dead_loop_goes_into_air_where_nodes_can_run_on_it() -> None:
    hall = site([domain("pdu")], [rack(loop=["cdu"], air=["room"], air_limit=kw(10))],
                [cooler("cdu", fails=True), cooler("room", medium=AIR)])
    on_air = column(build(hall, {"r1": RackContents(needs_liquid=False)}))
    assert on_air["room", "cdu"] == on_air["r1", "cdu"] == (0, PPM, PPM)
    lost = column(build(hall, {"r1": RackContents(needs_liquid=True)}))
    assert lost["room", "normal"] == lost["r1", "normal"] == (0, PPM, 0)


def test_a_cord_between_domains_carries_what_its_supplier_may_be_asked_for() -> None:
    hall = site([domain("a", fails=True), domain("b", fails=True),
                 domain("ups", by=[Edge("a", None, kw(100)), "b"], efficiency=500_000)], [rack(by=["ups"])])
    found = column(build(hall, {}))
    assert found["ups via a", "b"] == (2 * PPM, 0, 0)


def test_a_source_of_zero_share_is_no_row_until_it_must_carry() -> None:
    hall = site([domain("meter", fails=True), domain("gen", "10kW"),
                 domain("ats", by=[Edge("meter", PPM), Edge("gen", 0)])], [rack(by=["ats"])])
    found = column(build(hall, {}))
    assert ("gen", "normal") not in found
    assert found["gen", "meter"] == (PPM, 0, 0)


def test_base_loads_are_taken_off_with_their_own_losses() -> None:
    hall = site([domain("meter", "100kW", base="3kW"),
                 domain("ups", "90kW", by=["meter"], efficiency=500_000, base="2kW")],
                [rack(by=["ups"], base_load=kw(1))])
    rows = build(hall, {})
    assert {row.subject: row.base for row in rows.rows} == {"meter": kw(9) * PPM, "ups": kw(3) * PPM}
    assert rows.capacity.tolist() == [kw(91) * PPM, kw(87) * PPM]


def test_base_load_of_a_dead_domain_is_gone() -> None:
    hall = site([domain("meter", "100kW"), domain("pdu-a", by=["meter"], base="30kW", fails=True),
                 domain("pdu-b", by=["meter"])], [rack(by=["pdu-b"]), rack("r2", by=["pdu-a", "pdu-b"])])
    rows = build(hall, {})
    [meter] = [row for row in rows.rows if row.subject == "meter"]
    assert meter.state.normal and meter.base == kw(30) * PPM


def test_racks_that_hang_alike_share_their_coefficients() -> None:
    hall = site([domain("pdu")], [rack("r1"), rack("r2"), rack("r3", limit=kw(5))])
    rows = build(hall, {})
    assert column(rows, "r1") == column(rows, "r2")
    assert [row.kind for row in rows.rows] == [RowKind.DOMAIN, RowKind.RACK]
