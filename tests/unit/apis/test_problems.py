from typing import Any

import pytest

from ampacity.apis import GPUInferencePool, SitePowerEnvelope, read
from tests.builders.resources import domain, envelope, pool, rack, with_domains


def problems(obj: dict[str, Any]) -> dict[str, str]:
    model, found = read(SitePowerEnvelope, obj)
    assert (model is None) == bool(found)
    return {problem.path: f"{problem.message}; {problem.remedy}" for problem in found}


def rated(**rating: Any) -> dict[str, Any]:
    return with_domains(domain(rating=rating))


def test_the_default_envelope_is_fine() -> None:
    assert problems(envelope()) == {}


@pytest.mark.parametrize("volts", ["230V", "240V", "277V", "230.0V", "0.23kV", "0.277 kV"])
def test_three_phases_are_rated_line_to_line(volts: str) -> None:
    found = problems(rated(voltage=volts, current="250A", phases=3))
    assert list(found) == ["spec.domains[2].rating.voltage"]
    assert "write 400V, 415V or 480V" in found["spec.domains[2].rating.voltage"]


@pytest.mark.parametrize(
    ("volts", "phases"), [("230V", 1), ("400V", 3), ("480V", 3), ("240V", "DC"), ("800V", "DC")]
)
def test_other_voltages_are_taken(volts: str, phases: object) -> None:
    assert problems(rated(voltage=volts, current="250A", phases=phases)) == {}


@pytest.mark.parametrize(
    ("rating", "part"),
    [
        ({"voltage": "400V", "current": "32A"}, "voltage, current and phases belong together"),
        ({}, "a rating is either volts and amperes or watts"),
        (
            {"voltage": "400V", "current": "32A", "phases": 3, "power": "5kW"},
            "either volts and amperes or watts",
        ),
        ({"apparentPower": "500kVA"}, "kVA alone does not say how many watts"),
        ({"voltage": "400V", "current": "32A", "phases": "DC", "powerFactor": 0.9}, "no power factor"),
        ({"voltage": "400V", "current": "32A", "phases": 2}, "'2' does not fit; it should be 1, 3 or 'DC'"),
    ],
)
def test_ratings_that_make_no_sense(rating: dict[str, Any], part: str) -> None:
    (found,) = problems(rated(**rating)).values()
    assert part in found


def test_exactly_one_way_to_say_how_much() -> None:
    for fields in ({"capacity": "5kW", "units": "2x5kW"}, {"capacity": None}):
        one = {key: value for key, value in domain(**fields).items() if value is not None}
        assert "exactly one of capacity, rating and units" in problems(with_domains(one))["spec.domains[2]"]


@pytest.mark.parametrize("fields", [{"units": "2x5kW", "spare": 2}, {"capacity": "5kW", "spare": 1}])
def test_spares_are_fewer_than_units(fields: dict[str, Any]) -> None:
    assert (
        "less than the number of units" in problems(with_domains(domain(**fields)))["spec.domains[2].spare"]
    )


def test_imbalance_needs_three_phases() -> None:
    assert "spec.domains[2].imbalance" in problems(with_domains(domain(imbalance="10%")))


def test_shares_are_stated_on_all_or_none_and_reach_the_whole() -> None:
    mixed = problems(envelope(racks=[rack(power=[{"name": "ups", "share": "60%"}, "meter"])]))
    assert "state share on all of them or on none" in mixed["spec.racks[0].power"]
    short = problems(
        envelope(racks=[rack(power=[{"name": "ups", "share": "60%"}, {"name": "meter", "share": "39.9%"}])])
    )
    assert "less than 100 %" in short["spec.racks[0].power"]


def test_a_shorthand_is_pointed_at_as_it_was_written() -> None:
    bad = rack(
        power=[{"name": "ups", "breaker": "13OkW"}],
        baseLoad="600",
        nodes=["3x l40s", {"profile": "l40s", "count": 0}],
    )
    assert set(problems(envelope(racks=[bad]))) == {
        "spec.racks[0].power[0].breaker",
        "spec.racks[0].baseLoad",
        "spec.racks[0].nodes[1].count",
    }
    long = rack(power=[{"name": "ups", "breaker": {"capacity": "13OkW"}}])
    assert set(problems(envelope(racks=[long]))) == {"spec.racks[0].power[0].breaker.capacity"}


def test_a_typing_error_in_a_field_name_never_relaxes_a_limit() -> None:
    found = problems(envelope(racks=[rack(air={"name": "room", "limt": "17kW"})], coling=[]))
    assert found["spec.racks[0].air.limt"] == "there is no such field; did you mean limit?"
    assert found["spec.coling"] == "there is no such field; did you mean cooling?"


def test_what_is_missing_or_of_the_wrong_kind() -> None:
    found = problems(
        envelope(tier=None, domains=[{"type": "UPS", "capacity": "5kW", "failureDomain": "maybe"}])
    )
    assert found["spec.tier"] == "is missing; add it"
    assert found["spec.domains[0].name"] == "is missing; add it"
    assert found["spec.domains[0].failureDomain"].startswith("must be true or false")


def test_a_name_that_no_label_can_carry() -> None:
    assert problems(envelope("a" * 63)) == {}
    assert "choose a shorter name" in problems(envelope("a" * 64))["metadata.name"]


def test_garbage_is_a_problem_and_no_exception() -> None:
    for spec in (None, [], "x", {"domains": 3}, {"tier": "Edge", "domains": [[]], "racks": {"a": 1}}):
        assert problems({"metadata": {"name": "x"}, "spec": spec})


def test_a_pool_leaves_the_node_to_ampacity() -> None:
    spec = {"containers": [{"name": "main"}], "nodeName": "n1"}
    _, found = read(GPUInferencePool, pool(template={"spec": spec}))
    assert [problem.path for problem in found] == ["spec.template.spec.nodeName"]
