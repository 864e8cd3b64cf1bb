"""Which states must hold, and what is dead in them."""

from __future__ import annotations

from ampacity.core.rows import SiteRows, build
from ampacity.core.site import Declared, Edge, Outcome, Site
from tests.builders.power import AIR, cooler, domain, rack, site


def names(rows: SiteRows) -> list[str]:
    return [state.name for state in rows.states]


def lost(rows: SiteRows, state: str) -> list[str]:
    return [name for name, outcome in rows.outcomes[state].items() if outcome is Outcome.LOST]


def chain(**more: object) -> Site:
    """feed -> pdu -> r1; a second feed -> r2."""
    return site(
        [domain("feed", fails=True, type="Feed"), domain("pdu", by=["feed"], fails=True),
         domain("other", fails=True, type="Feed")],
        [rack("r1", by=["pdu"]), rack("r2", by=["other"])], **more)


def test_there_is_one_state_for_each_failure_domain_in_the_sites_order() -> None:
    rows = build(chain(), {})
    assert names(rows) == ["normal", "feed", "pdu", "other"]
    assert [state.failed_type for state in rows.states] == ["", "Feed", "PDU", "Feed"]


def test_a_domain_dies_with_the_last_of_its_suppliers() -> None:
    rows = build(chain(), {})
    assert lost(rows, "feed") == lost(rows, "pdu") == ["r1"]
    assert lost(rows, "other") == ["r2"]


def test_a_domain_lives_on_with_one_of_its_suppliers() -> None:
    hall = site([domain("a", fails=True), domain("b"), domain("ups", by=["a", "b"])], [rack(by=["ups"])])
    assert lost(build(hall, {}), "a") == []


def test_a_cooling_unit_without_power_cools_nothing() -> None:
    hall = site([domain("a", fails=True), domain("b", fails=True)], [rack(by=["a", "b"], air=["room"])],
                [cooler("room", medium=AIR, by=["a"])])
    rows = build(hall, {})
    assert lost(rows, "a") == ["r1"]
    assert lost(rows, "b") == []


def test_a_cooling_unit_that_names_no_power_never_loses_it() -> None:
    hall = site([domain("a", fails=True), domain("b")], [rack(by=["a", "b"], air=["room"])],
                [cooler("room", medium=AIR)])
    assert lost(build(hall, {}), "a") == []


def test_a_second_cooling_unit_keeps_the_rack() -> None:
    hall = site([domain("pdu")], [rack(air=["x", "y"])],
                [cooler("x", medium=AIR, fails=True), cooler("y", medium=AIR)])
    assert lost(build(hall, {}), "x") == []


def test_what_is_declared_failed_is_the_only_state_that_must_hold() -> None:
    hall = site([domain("a", fails=True, state=Declared.FAILED), domain("b", fails=True)],
                [rack("r1", by=["a", "b"]), rack("r2", by=["a"])])
    rows = build(hall, {})
    assert names(rows) == ["normal"]
    assert lost(rows, "normal") == ["r2"]


def test_maintenance_counts_like_a_failure() -> None:
    hall = site([domain("a", state=Declared.MAINTENANCE), domain("b", fails=True)], [rack(by=["a", "b"])])
    assert names(build(hall, {})) == ["normal"]


def test_a_declared_cooling_unit_counts_too() -> None:
    hall = site([domain("pdu", fails=True)], [rack(air=["x"])],
                [cooler("x", medium=AIR, state=Declared.FAILED)])
    rows = build(hall, {})
    assert names(rows) == ["normal"]
    assert lost(rows, "normal") == ["r1"]


def test_a_site_that_keeps_redundancy_plans_for_the_next_failure_of_what_is_left() -> None:
    hall = site([domain("a", fails=True, state=Declared.FAILED), domain("under-a", by=["a"], fails=True),
                 domain("b", fails=True)], [rack(by=["a", "b"])], keep_redundancy=True)
    assert names(build(hall, {})) == ["normal", "b"]


def test_two_edges_to_one_supplier_go_with_it() -> None:
    hall = site([domain("a", fails=True)], [rack(by=[Edge("a"), Edge("a")])])
    assert lost(build(hall, {}), "a") == ["r1"]
