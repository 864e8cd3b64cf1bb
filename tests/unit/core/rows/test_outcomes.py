"""Lost, Throttled, Survives: from profiles, not from present load."""

from __future__ import annotations

import pytest

from ampacity.core.load import Supplies
from ampacity.core.rows import RackContents, build
from ampacity.core.site import Declared, Outcome, State
from tests.builders.power import AIR, cooler, domain, kw, rack, site

FEEDS = (domain("a", type="Feed", fails=True), domain("b", type="Feed", fails=True))


def outcomes(contents: RackContents, **more: object) -> dict[str, Outcome]:
    rows = build(site(FEEDS, [rack(by=["a", "b"], **more)]), {"r1": contents})
    return {state: fates["r1"] for state, fates in rows.outcomes.items() if fates}


def test_six_supplies_on_two_cords_do_not_carry_a_server_of_more_than_three() -> None:
    assert outcomes(RackContents(nodes=((kw(14.3), 6, kw(3.3)),))) == {
        "a": Outcome.THROTTLED, "b": Outcome.THROTTLED}
    assert outcomes(RackContents(nodes=((kw(9.9), 6, kw(3.3)),))) == {}


def test_the_remainder_of_an_odd_number_hangs_on_the_first_cord() -> None:
    assert outcomes(RackContents(nodes=((kw(12), 7, kw(3)),))) == {"a": Outcome.THROTTLED}


def test_one_weak_node_throttles_the_rack() -> None:
    nodes = ((kw(5), 6, kw(3)), (kw(5), 2, kw(3)))
    assert set(outcomes(RackContents(nodes=nodes)).values()) == {Outcome.THROTTLED}


def test_shelves_must_carry_the_whole_rack() -> None:
    shelves = Supplies(8, kw(33))
    assert outcomes(RackContents(maximum=kw(132)), shelves=shelves) == {}
    assert set(outcomes(RackContents(maximum=kw(132) + 1), shelves=shelves)) == {"a", "b"}


def test_a_node_too_large_for_all_its_supplies_is_throttled_in_normal_operation_and_every_failure() -> None:
    assert set(outcomes(RackContents(nodes=((kw(10), 2, kw(3)),)))) == {"normal", "a", "b"}


def test_a_failure_elsewhere_changes_nothing() -> None:
    rows = build(site(FEEDS, [rack(by=["a"])]), {"r1": RackContents(nodes=((kw(10), 2, kw(3)),))})
    assert rows.outcomes["b"] == rows.outcomes["normal"] == {"r1": Outcome.THROTTLED}


def test_lost_outranks_throttled() -> None:
    rows = build(site(FEEDS, [rack(by=["a"])]), {"r1": RackContents(nodes=((kw(10), 2, kw(3)),))})
    assert rows.outcomes["a"] == {"r1": Outcome.LOST}


@pytest.mark.parametrize(("needs_liquid", "air", "fate"), [
    (True, ["room"], {"r1": Outcome.LOST}), (False, ["room"], {}), (False, [], {"r1": Outcome.LOST}),
])
def test_losing_the_loop_loses_a_rack_that_needs_it_or_has_no_air(
        needs_liquid: bool, air: list[str], fate: dict[str, Outcome]) -> None:
    hall = site([domain("pdu")], [rack(loop=["cdu"], air=air)],
                [cooler("cdu", fails=True), cooler("room", medium=AIR)])
    rows = build(hall, {"r1": RackContents(needs_liquid=needs_liquid)})
    assert rows.outcomes["cdu"] == fate


def test_effects_list_racks_in_the_sites_order() -> None:
    racks = [rack(f"r{i}", by=["a"] if i % 2 else ["a", "b"]) for i in range(6)]
    effects = {one.state.name: one for one in build(site(FEEDS, racks), {}).failures()}
    assert effects["a"].lost == ("r1", "r3", "r5")
    assert effects["a"].throttled == effects["normal"].lost == effects["b"].lost == ()


def test_must_survive_names_types_of_domains() -> None:
    rows = build(site([*FEEDS, domain("ups", type="UPS", fails=True)],
                      [rack("r1", by=["a"]), rack("r2", by=["a", "b"])]), {})
    assert rows.unmet("r1", {"UPS", "Feed"}) == State("a", "Feed")
    assert rows.unmet("r1", {"UPS"}) is None
    assert rows.surviving({"Feed"}).tolist() == [False, True]
    assert rows.surviving(()).tolist() == [True, True]


def test_a_declared_failure_is_the_state_its_type_names() -> None:
    hall = site([domain("a", type="Feed", state=Declared.FAILED), domain("b", type="UPS")],
                [rack("r1", by=["a", "b"])])
    rows = build(hall, {"r1": RackContents(nodes=((kw(10), 4, kw(3)),))})
    assert rows.unmet("r1", {"Feed"}) == State("normal")
    assert rows.unmet("r1", {"UPS"}) is None
