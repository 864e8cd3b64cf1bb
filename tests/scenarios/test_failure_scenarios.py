"""Golden power scenarios: what fits, what refuses, what each failure costs.

The whole outcome is compared with power/<name>.txt; what the scenario is about is
also asserted here, so that an accepted golden file cannot hide it.
"""

from __future__ import annotations

import pytest

from ampacity.core.rows import RowKind
from ampacity.core.site import Outcome
from tests.golden import assert_golden
from tests.scenarios.power_scenario import FOLDER, Scenario, load_scenario, told

NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
PAIRS = ("r12", "r13", "r14", "r23", "r24", "r34")


@pytest.mark.parametrize("name", NAMES)
def test_failure_scenario_ends_as_its_golden_file_says(name: str) -> None:
    assert_golden(FOLDER / f"{name}.txt", told(load_scenario(name)))


def _total(scenario: Scenario) -> int:
    """kW placed."""
    return sum(load.power for load in scenario.loads.values()) // 10**6


def _sentence(scenario: Scenario, rack: str) -> str:
    return scenario.refusals[rack].sentence()


def test_failure_of_one_of_two_feeds_is_what_refuses_in_2n() -> None:
    scenario = load_scenario("2n")
    assert _total(scenario) == 100
    assert _sentence(scenario, "r1") == "rack r1: feed a short by 10 kW if feed b fails"


def test_failure_of_one_of_four_leaves_three_quarters_usable() -> None:
    scenario = load_scenario("4n3")
    assert _total(scenario) == 300
    assert set(scenario.placed.values()) == {5}
    assert all(not scenario.refusals[name].row.state.normal for name in PAIRS)


def test_failure_of_a_block_lands_on_the_catcher() -> None:
    scenario = load_scenario("catcher")
    assert _total(scenario) == 3 * 80
    assert _sentence(scenario, "block2") == "rack block2: UPS catcher short by 10 kW if UPS ups-2 fails"


def test_failure_of_a_spare_unit_is_in_the_capacity_not_in_a_state() -> None:
    scenario = load_scenario("n_plus_1")
    assert _total(scenario) == 150
    assert [state.name for state in scenario.rows.states] == ["normal"]


def test_failure_loses_a_single_corded_rack_and_its_load() -> None:
    scenario = load_scenario("single_cord")
    assert scenario.rows.outcomes == {"normal": {}, "a": {"single": Outcome.LOST}, "b": {}}
    assert scenario.loads["dual1"].power + scenario.loads["dual2"].power <= 100 * 10**6
    assert _total(scenario) == 100


def test_failure_of_the_utility_puts_everything_on_the_generator() -> None:
    scenario = load_scenario("generator")
    assert _total(scenario) == 65  # 70 kW generator (100 kW standby x 0.7) x 95 % is 66.5 kW
    assert _sentence(scenario, "r1").startswith("rack r1: generator gen short by")
    assert _sentence(scenario, "r1").endswith("if utility fails")


def test_failure_of_a_feed_stops_the_pumps_that_hang_on_it() -> None:
    scenario = load_scenario("pump_without_power")
    assert scenario.rows.outcomes["a"] == {"one": Outcome.LOST}
    assert scenario.rows.outcomes["loop-1"] == {"one": Outcome.LOST}
    assert scenario.rows.outcomes["b"] == {}


def test_failure_throttles_what_its_live_supplies_cannot_carry() -> None:
    scenario = load_scenario("throttled")
    throttled = {"b200-1": Outcome.THROTTLED, "b200-2": Outcome.THROTTLED}
    assert scenario.rows.outcomes == {"normal": {}, "a": throttled, "b": throttled}


def test_failure_that_must_be_survived_excludes_racks_that_do_not() -> None:
    rows = load_scenario("throttled").rows
    assert rows.surviving(["Feed"]).tolist() == [False, False, True, True]
    assert rows.surviving(["UPS"]).all()
    unmet = rows.unmet("b200-1", ["UPS", "Feed"])
    assert unmet is not None and unmet.name == "a"
    assert rows.unmet("small-1", ["Feed"]) is None


def test_failure_that_must_be_survived_may_be_of_cooling() -> None:
    rows = load_scenario("pump_without_power").rows
    assert rows.surviving(["CDU"]).tolist() == [False, False]
    assert rows.surviving(["Feed"]).tolist() == [False, True]


def test_failure_declared_leaves_only_the_present_state_and_what_ran_still_holds() -> None:
    before, after = load_scenario("2n"), load_scenario("declared")
    assert [state.name for state in after.rows.states] == ["normal"]
    usage = after.rows.usage(before.loads)
    assert (usage <= after.rows.capacity).all()
    assert _total(after) == 100


def test_failure_declared_takes_a_rack_without_power_out_of_service() -> None:
    scenario = load_scenario("declared")
    assert scenario.refusals["only-b"].row.kind is RowKind.OUT
    assert _sentence(scenario, "only-b") == "rack only-b: out of service, it has no live power"


def test_failure_declared_counts_for_what_must_survive_that_type() -> None:
    rows = load_scenario("declared").rows
    assert rows.surviving(["Feed"]).tolist() == [True] * 4 + [False]
    assert rows.surviving(["UPS"]).all()


def test_failure_declared_on_a_site_that_keeps_redundancy_still_plans_for_the_next() -> None:
    scenario = load_scenario("declared_keeping_n_1")
    assert [state.name for state in scenario.rows.states] == ["normal", "a", "b"]
    assert _total(scenario) == 100
    assert _sentence(scenario, "r1") == "rack r1: feed a short by 10 kW if feed b fails"


def test_failure_puts_a_whole_rack_on_one_cord() -> None:
    scenario = load_scenario("cords")
    assert scenario.placed == {"r1": 3, "r2": 3}
    assert _sentence(scenario, "r1") == "rack r1: its cord to feed a short by 500 W if feed b fails"
