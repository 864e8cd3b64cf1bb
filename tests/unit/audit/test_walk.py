"""The walk against figures worked out by hand."""

from fractions import Fraction

from ampacity.audit.walk import exceeded, walk
from ampacity.core.load import Load, Supplies
from ampacity.core.site import CoolingUnit, Declared, Domain, Edge, Medium, Rack, Site, Tier

KW = 10**6


def site(domains, racks, cooling=(), **other):
    return Site("par1", 1, Tier.EDGE, tuple(domains), tuple(cooling), tuple(racks), **other)


def rack(*power, name="r1", **other):
    return Rack(name, tuple(Edge(p) if isinstance(p, str) else p for p in power), **other)


def domain(name, *suppliers, kw=1000, **other):
    edges = tuple(Edge(s) if isinstance(s, str) else s for s in suppliers)
    return Domain(name, other.pop("type", "Feed"), kw * KW, suppliers=edges, **other)


def load_on(readings, key, state="normal"):
    return next(r.load for r in readings if r.limit.key == key and r.state.name == state)


def test_two_cords_carry_up_to_55_percent_each_and_the_meter_all_of_it_once():
    two_feeds = site(
        [domain("meter"), domain("a", "meter", failure_domain=True), domain("b", "meter")], [rack("a", "b")]
    )
    readings = list(walk(two_feeds, {"r1": Load(10 * KW)}))
    assert load_on(readings, ("domain", "a")) == Fraction(55, 10) * KW
    assert load_on(readings, ("domain", "meter")) == 10 * KW
    assert load_on(readings, ("domain", "b"), "a") == 10 * KW
    assert load_on(readings, ("domain", "a"), "a") == 0


def test_the_meter_sees_losses_and_the_worst_of_two_paths_first():
    lossy = site(
        [
            domain("meter"),
            domain("a", "meter", efficiency=800_000),
            domain("b", "meter", efficiency=500_000),
        ],
        [rack("a", "b")],
    )
    readings = list(walk(lossy, {"r1": Load(10 * KW)}))
    # 5.5 kW through the half-efficient path, the other 4.5 kW through the better one.
    assert load_on(readings, ("domain", "meter")) == Fraction(11) * KW + Fraction(45, 8) * KW


def test_a_transfer_switch_takes_all_when_its_first_choice_is_dead():
    switch = [Edge("meter", 1_000_000), Edge("gen", 0)]
    ats = site(
        [domain("meter", failure_domain=True), domain("gen"), domain("ups", *switch, efficiency=950_000)],
        [rack("ups")],
    )
    readings = list(walk(ats, {"r1": Load(19 * KW)}))
    assert load_on(readings, ("domain", "gen")) == 0
    assert load_on(readings, ("domain", "gen"), "meter") == 20 * KW


def test_what_loses_all_its_suppliers_falls_with_them_and_its_racks_leave():
    chain = site(
        [domain("meter", failure_domain=True), domain("ups", "meter"), domain("other")],
        [rack("ups"), rack("other", name="r2")],
    )
    readings = list(walk(chain, {"r1": Load(5 * KW), "r2": Load(7 * KW)}))
    assert load_on(readings, ("domain", "ups"), "meter") == 0
    assert load_on(readings, ("domain", "other"), "meter") == 7 * KW


def test_cooling_costs_electricity_where_its_units_are_powered():
    room = CoolingUnit("room", Medium.AIR, 50 * KW, cooling_power=300_000, power=(Edge("meter"),))
    cooled = rack("meter", air=(Edge("room"),), base_load=1 * KW, base_air=1 * KW)
    hall = site([domain("meter")], [cooled], [room])
    readings = list(walk(hall, {"r1": Load(9 * KW, 9 * KW)}))
    assert load_on(readings, ("cooling", "room")) == 10 * KW
    assert load_on(readings, ("domain", "meter")) == 13 * KW


def test_a_cooling_unit_without_power_loses_the_racks_on_its_loop():
    loop = CoolingUnit("cdu", Medium.LIQUID, 50 * KW, power=(Edge("b"),))
    hall = site(
        [domain("a"), domain("b", failure_domain=True)], [rack("a", liquid=(Edge("cdu"),))], [loop]
    )
    readings = list(walk(hall, {"r1": Load(9 * KW, 1 * KW, 8 * KW)}))
    assert load_on(readings, ("domain", "a"), "b") == 0


def test_base_load_of_a_domain_hangs_on_its_output():
    ups = domain("ups", "meter", efficiency=500_000, base_load=KW)
    readings = list(walk(site([domain("meter"), ups], []), {}))
    assert load_on(readings, ("domain", "ups")) == KW
    assert load_on(readings, ("domain", "meter")) == 2 * KW


def test_a_declared_failure_leaves_only_the_present_state_unless_redundancy_is_kept():
    down = [domain("a", state=Declared.FAILED), domain("b", failure_domain=True), domain("c")]
    racks = [rack("a", "b", "c")]
    states = {r.state.name for r in walk(site(down, racks), {})}
    kept = {r.state.name for r in walk(site(down, racks, keep_redundancy=True), {})}
    assert states == {"normal"}
    assert kept == {"normal", "b"}


def test_three_cords_hand_over_in_proportion():
    three = site([domain("a", failure_domain=True), domain("b"), domain("c")], [rack("a", "b", "c")])
    readings = list(walk(three, {"r1": Load(30 * KW)}))
    assert load_on(readings, ("domain", "b")) == 11 * KW
    assert load_on(readings, ("domain", "b"), "a") == Fraction(33, 2) * KW


def test_cords_shelves_and_rack_limits_speak_for_themselves():
    tight = rack(
        Edge("a", breaker=5 * KW), "b",
        limit=9 * KW, air_limit=4 * KW, shelves=Supplies(2, 4 * KW), air=(Edge("room"),),
    )  # fmt: skip
    hall = site([domain("a"), domain("b")], [tight], [CoolingUnit("room", Medium.AIR, 50 * KW)])
    over = exceeded(hall, {"r1": Load(10 * KW, 10 * KW)})
    assert [reading.limit.key[0] for reading in over] == ["cord", "rack", "rack air", "shelves"]


def test_a_sentence_names_the_limit_the_figures_and_the_failure():
    hall = site([domain("a", failure_domain=True), domain("b", kw=9, type="UPS")], [rack("a", "b")])
    (reading,) = exceeded(hall, {"r1": Load(10 * KW)})
    assert reading.sentence() == "UPS b carries 10 kW, 1 kW more than its 9 kW, if feed a fails"


def test_without_its_loop_a_rack_that_can_run_on_air_puts_all_its_heat_there():
    units = [
        CoolingUnit("cdu", Medium.LIQUID, 50 * KW, failure_domain=True, type="CDU"),
        CoolingUnit("room", Medium.AIR, 50 * KW),
    ]
    both = rack("a", liquid=(Edge("cdu"),), air=(Edge("room"),), air_limit=5 * KW)
    hall = site([domain("a")], [both], units)
    loads = {"r1": Load(9 * KW, 1 * KW, 8 * KW)}
    assert load_on(walk(hall, loads), ("cooling", "room"), "cdu") == 0
    assert load_on(walk(hall, loads, on_air={"r1"}), ("cooling", "room"), "cdu") == 9 * KW
    assert [r.limit.key for r in exceeded(hall, loads, on_air={"r1"})] == [("rack air", "r1")]
