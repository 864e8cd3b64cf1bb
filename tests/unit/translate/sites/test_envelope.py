from typing import Any

import pytest

from ampacity.core.site import Declared, Edge, ListedNodes, Medium, Site, Tier
from ampacity.translate.sites.site import site_of
from tests.builders.resources import domain, envelope, rack, with_domains


def site(obj: dict[str, Any]) -> Site:
    found, problems = site_of(obj)
    assert found is not None, [str(problem) for problem in problems]
    return found


def problems(obj: dict[str, Any]) -> list[str]:
    found, told = site_of(obj)
    assert found is None
    return [str(problem) for problem in told]


def only_rack(**fields: Any) -> Any:
    return site(envelope(racks=[rack(**fields)])).racks[0]


def test_what_the_object_says_of_itself() -> None:
    hall = site(envelope("par1", labels={"region": "north"}, generation=7, keepRedundancy=True))
    assert (hall.name, hall.generation, hall.tier, hall.labels) == ("par1", 7, Tier.EDGE, {"region": "north"})
    assert hall.keep_redundancy
    assert (hall.country, hall.latitude) == ("", None)


def test_a_domain() -> None:
    pdu = site(with_domains(domain(baseLoad="2kW", efficiency="97.5%", state="Maintenance"))).domains[2]
    assert (pdu.type, pdu.capacity, pdu.base_load, pdu.efficiency) == ("PDU", 50_000_000, 2_000_000, 975_000)
    assert (pdu.suppliers, pdu.state, pdu.failure_domain) == ((Edge("ups"),), Declared.MAINTENANCE, False)


def test_an_unstated_efficiency_is_a_safe_one_for_a_ups() -> None:
    hall = site(with_domains(domain(), domain("ups-2", type="UPS", suppliers=["meter"])))
    assert [part.efficiency for part in hall.domains[2:]] == [1_000_000, 900_000]


def test_cooling() -> None:
    room = {
        "name": "room",
        "medium": "Air",
        "units": "3x25kW",
        "spare": 1,
        "coolingPower": 0.3,
        "power": ["ups"],
    }
    unit = site(envelope(cooling=[room])).cooling[0]
    assert (unit.medium, unit.type, unit.capacity, unit.cooling_power) == (
        Medium.AIR,
        "CRAH",
        50_000_000,
        300_000,
    )
    assert unit.power == (Edge("ups"),)
    loop = {"name": "cdu", "medium": "Liquid", "capacity": "50kW"}
    assert site(envelope(cooling=[loop], racks=[rack(air=None, liquid="cdu")])).cooling[0].type == "CDU"


def test_shares_and_breakers() -> None:
    cords = [{"name": "ups", "share": "60%", "breaker": "20kW"}, {"name": "meter", "share": "66.6667%"}]
    assert only_rack(power=cords).power == (Edge("ups", 600_000, 20_000_000), Edge("meter", 666_667))


def test_a_rack() -> None:
    full = only_rack(
        limit="30kW",
        shelves="8x33kW",
        air={"name": "room", "limit": "17kW"},
        nodes=["2x l40s-8", {"profile": "l4-4", "off": True}],
        nodeNames=["gpu-{rack}-[1-2]", "{rack}-*"],
    )
    assert (full.limit, full.air_limit, full.shelves.count, full.shelves.watts) == (
        30_000_000,
        17_000_000,
        8,
        33_000_000,
    )
    assert full.nodes == (ListedNodes(2, "l40s-8"), ListedNodes(1, "l4-4", off=True))
    assert full.node_patterns == ("gpu-r1-1", "gpu-r1-2", "r1-*")


def test_the_base_load_of_an_air_rack_heats_the_air() -> None:
    air = only_rack(baseLoad="600W")
    assert (air.base_load, air.base_air) == (600_000, 600_000)


def test_the_base_load_of_a_liquid_rack_must_say_where_it_goes() -> None:
    cooling = [{"name": "cdu", "medium": "Liquid", "capacity": "50kW"}]
    (told,) = problems(envelope(cooling=cooling, racks=[rack(air=None, liquid="cdu", baseLoad="2kW")]))
    assert told.startswith("spec.racks[0].baseLoad: 2kW in a rack with liquid does not say")
    known = site(
        envelope(
            cooling=cooling, racks=[rack(air=None, liquid="cdu", baseLoad={"watts": "2kW", "air": "500W"})]
        )
    )
    assert (known.racks[0].base_load, known.racks[0].base_air) == (2_000_000, 500_000)


def test_more_air_than_load() -> None:
    (told,) = problems(envelope(racks=[rack(baseLoad={"watts": "1kW", "air": "2kW"})]))
    assert told.startswith("spec.racks[0].baseLoad.air: 2kW is more than the whole")


def test_patterns_in_all_parts() -> None:
    hall = site(
        envelope(
            each={"f": "a,b", "r": "1-2"},
            domains=[
                {"name": "grid-{f}", "type": "Utility", "capacity": "1MW"},
                {"name": "pdu-{f}-[1-2]", "type": "PDU", "capacity": "50kW", "suppliers": ["grid-{f}"]},
            ],
            cooling=[
                {"name": "room-{r}", "medium": "Air", "capacity": "60kW", "power": ["grid-a", "grid-b"]}
            ],
            racks=[
                rack("r{r}-[01-02]", power=["pdu-a-1", "pdu-b-1"], air="room-{r}", nodeNames=["n{r}-{rack}"])
            ],
        )
    )
    assert [part.name for part in hall.domains] == [
        "grid-a",
        "grid-b",
        "pdu-a-1",
        "pdu-a-2",
        "pdu-b-1",
        "pdu-b-2",
    ]
    assert hall.domains[5].suppliers == (Edge("grid-b"),)
    assert [(part.name, part.air[0].supplier) for part in hall.racks] == [
        ("r1-01", "room-1"),
        ("r1-02", "room-1"),
        ("r2-01", "room-2"),
        ("r2-02", "room-2"),
    ]
    assert hall.racks[3].node_patterns == ("n2-r2-02",)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"each": {"f": "b-a"}}, "spec.each.f: 'b-a' is no range"),
        ({"racks": [rack("r{x}")]}, "spec.racks[0].names: 'r{x}' uses {x}, which spec.each does not define"),
        ({"racks": [rack("r[3-1]")]}, "spec.racks[0].names: '3-1' is no range"),
        (
            {"each": {"f": "a,b"}, "racks": [rack(power=["ups-{f}"])]},
            "spec.racks[0].power[0]: 'ups-{f}' uses {f}",
        ),
        (
            {"racks": [rack(power=["ups-[1-2]"])]},
            "spec.racks[0].power[0]: 'ups-[1-2]' is a range, and a supplier is one",
        ),
        ({"racks": [rack(nodeNames=["n-{y}"])]}, "spec.racks[0].nodeNames[0]: 'n-{y}' uses {y}"),
        ({"racks": [rack("r[00001-20000]")]}, "spec: the patterns stand for 20,003 names"),
        ({"racks": [rack("r[1-999]", nodeNames=["{rack}-[1-99]"])]}, "spec: the patterns stand for"),
    ],
)
def test_patterns_that_mean_nothing_or_too_much(spec: dict[str, Any], told: str) -> None:
    (found,) = problems(envelope(**spec))
    assert found.startswith(told)


def test_the_same_rack_from_two_patterns() -> None:
    (found,) = problems(envelope(racks=[rack("r[1-9]"), rack("r[7-12]")]))
    assert found.startswith(
        "spec.racks[1].names: rack r7 is there already, from spec.racks[0].names (and 2 more)"
    )


def test_problems_of_all_lines_at_once() -> None:
    wrong = with_domains(domain(name="p-{x}"), racks=[rack("r[3-1]"), rack("q")])
    assert [text.partition(":")[0] for text in problems(wrong)] == [
        "spec.domains[2].name",
        "spec.racks[0].names",
    ]


def test_the_graph_is_judged_with_the_path_of_the_line() -> None:
    (found,) = problems(envelope(racks=[rack("r[1-3]", power=["usp"])]))
    assert found.startswith("spec.racks[0].power[0]: rack r1 names usp, and the site has no such domain")
    assert found.endswith(" (and 2 more); did you mean ups?")


def test_a_schema_problem_is_told_without_a_site() -> None:
    assert problems(envelope(tier="Middle")) == [
        "spec.tier: 'Middle' does not fit; it should be 'Central' or 'Edge'"
    ]
