"""What the API server refuses, it refuses with the field and a sentence that says what to write."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ampacity.apis import GPUInferencePool, SitePowerEnvelope, quantities, read
from ampacity.apis.depth import DEEPEST
from hack.api import ApiError
from hack.cluster import Cluster
from tests.builders.resources import domain, envelope, pool, rack, with_domains
from tests.integration.crds.conftest import KINDS, Refusal, nested

NO_POWER = "is no power; write a number and its unit W, kW or MW, for example 130kW"
POOLS = f"{KINDS}/namespaces/default/gpuinferencepools"
LINE = "write 400V, 415V or 480V, or phases: 1"


def rated(**rating: Any) -> dict[str, Any]:
    return with_domains(domain(rating=rating))


def racked(**fields: Any) -> dict[str, Any]:
    return envelope(racks=[rack(**fields)])


@pytest.mark.parametrize("quantity", ["13OkW", "-5kW", "1e400W", "400", 400])
@pytest.mark.parametrize(
    ("place", "path"),
    [
        (lambda q: with_domains(domain(capacity=q)), "spec.domains[2].capacity"),
        (lambda q: rated(power=q), "spec.domains[2].rating.power"),
        (lambda q: racked(limit=q), "spec.racks[0].limit"),
        (lambda q: racked(power=[{"name": "ups", "breaker": q}]), "spec.racks[0].power[0].breaker"),
        (lambda q: racked(air={"name": "room", "limit": q}), "spec.racks[0].air.limit"),
        (lambda q: racked(baseLoad=q), "spec.racks[0].baseLoad"),
        (lambda q: racked(baseLoad={"watts": "5kW", "air": q}), "spec.racks[0].baseLoad.air"),
    ],
)
def test_bad_quantities(refusal: Refusal, quantity: object, place: Any, path: str) -> None:
    told = refusal(place(quantity))
    assert f"{path}: " in told and f"'{quantity}' {NO_POWER}" in told


@pytest.mark.parametrize("volts", ["230V", "240V", "277V"])
def test_three_phases_are_rated_line_to_line(refusal: Refusal, volts: str) -> None:
    plate = {"voltage": volts, "current": "250A", "phases": 3}
    assert LINE in (told := refusal(rated(**plate))) and "spec.domains[2].rating.voltage: " in told
    cord = racked(power=[{"name": "ups", "breaker": plate}])
    assert LINE in (told := refusal(cord)) and "spec.racks[0].power[0].breaker.voltage: " in told
    assert refusal(rated(**plate | {"phases": 1})) == ""


@pytest.mark.parametrize(
    ("obj", "path", "sentence"),
    [
        (
            with_domains(domain(units="2x5kW", spare=2)),
            "spec.domains[2].spare",
            "less than the number of units",
        ),
        (with_domains(domain(capacity="5kW", units="2x5kW")), "spec.domains[2]", "exactly one of capacity"),
        (
            with_domains(domain(imbalance="10%")),
            "spec.domains[2].imbalance",
            "state the rating with phases: 3",
        ),
        (with_domains(domain(efficiency="0%")), "spec.domains[2].efficiency", "from 1% to 100%"),
        (with_domains(domain(type="busway")), "spec.domains[2].type", "begins with a capital"),
        (with_domains(domain("a b")), "spec.domains[2].name", "use letters, digits"),
        (
            with_domains(domain(suppliers=[{"name": "ups", "share": "101%"}])),
            "spec.domains[2].suppliers[0].share",
            "from 0% to 100%",
        ),
        (
            rated(apparentPower="500kVA"),
            "spec.domains[2].rating.apparentPower",
            "add power (kW) or powerFactor",
        ),
        (
            rated(voltage="400V", current="32A", phases=2),
            "spec.domains[2].rating.phases",
            "must be 1, 3 or DC",
        ),
        (racked(power=[]), "spec.racks[0].power", "fed by nothing; name the domains"),
        (
            racked(power=[{"name": "ups", "share": "60%"}, "meter"]),
            "spec.racks[0].power",
            "on all of them or on none",
        ),
        (racked(power=[{"name": "ups", "share": "60%"}]), "spec.racks[0].power", "less than 100 %"),
        (racked(power=[{"name": "ups", "brekaer": "5kW"}]), "spec.racks[0].power[0]", "no field 'brekaer'"),
        (racked(power=[{"share": "100%"}]), "spec.racks[0].power[0]", "name is missing"),
        (
            racked(power=[{"name": "ups", "breaker": {"current": "5A"}}]),
            "spec.racks[0].power[0].breaker",
            "belong together",
        ),
        (racked(air={"limit": "5kW"}), "spec.racks[0].air", "write air: room"),
        (
            racked(air={"suppliers": ["a", {"name": "b", "shares": "1%"}]}),
            "spec.racks[0].air.suppliers[1]",
            "no field 'shares'",
        ),
        (racked(nodes="3 l40s-8"), "spec.racks[0].nodes", "for example 4x hgx-h200"),
        (racked(nodes=["l40s-8", "3xl40s-8"]), "spec.racks[0].nodes[1]", "for example 4x hgx-h200"),
        (racked(nodes={"profile": "l40s-8", "of": True}), "spec.racks[0].nodes", "no field 'of'"),
        (racked(shelves="8*33kW"), "spec.racks[0].shelves", "for example 4x500kW"),
        (envelope(each={"rack": "1-3"}), "spec.each", "rack is taken"),
        (envelope(location={"country": "Sweden"}), "spec.location.country", "two capital letters"),
    ],
)
def test_what_makes_no_sense(refusal: Refusal, obj: dict[str, Any], path: str, sentence: str) -> None:
    told = refusal(obj)
    assert f"{path}: " in told and sentence in told


def test_the_same_rack_or_domain_twice(refusal: Refusal) -> None:
    assert 'spec.racks[1]: Duplicate value: {"names":"r1"}' in refusal(envelope(racks=[rack(), rack()]))
    assert 'spec.domains[2]: Duplicate value: {"name":"ups"}' in refusal(with_domains(domain("ups")))


def test_names_that_no_label_can_carry(refusal: Refusal) -> None:
    assert "those end at 63 characters; choose a shorter name" in refusal(envelope("a" * 64))
    assert refusal(envelope("a" * 63)) == ""


def test_nesting_without_end(api_server: Cluster) -> None:
    obj = json.dumps(pool(template={"spec": {"containers": [{"name": "main"}], "affinity": "@@"}}))
    text = obj.replace('"@@"', '{"a":' * 3_000 + "1" + "}" * 3_000)
    with pytest.raises(ApiError, match=r"spec: is nested deeper than 16 levels; write out"):
        api_server.api.request("POST", POOLS, text, {"dryRun": "All"})


@pytest.mark.parametrize("levels", range(DEEPEST - 5, DEEPEST + 2))
def test_python_and_the_api_server_take_the_same_nesting(api_server: Cluster, levels: int) -> None:
    obj, refused = pool(template=nested(levels)), False
    try:
        api_server.api.request("POST", POOLS, obj, {"dryRun": "All"})
    except ApiError:
        refused = True
    assert refused == bool(read(GPUInferencePool, obj)[1])


def test_many_mistakes_are_told_at_once(refusal: Refusal) -> None:
    told = refusal(racked(power=[{"name": "ups", "breaker": f"{n}0kw"} for n in range(1, 8)]))
    assert "power[0].breaker" in told and "power[4].breaker" in told and "-- and more" in told


words = st.text(alphabet="0123456789.-e kKMGWmVA%xO", max_size=8)
right = st.sampled_from([quantities.POWER, quantities.SHARE, quantities.UNITS]).flatmap(
    lambda kind: st.from_regex(kind.expression, fullmatch=True)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=words | right)
def test_python_and_the_api_server_give_the_same_verdict(refusal: Refusal, text: str) -> None:
    for obj in (
        with_domains(domain(capacity=text)),
        with_domains(domain(units=text)),
        racked(power=[{"name": "ups", "breaker": text}]),
        racked(power=[{"name": "ups", "share": text}, {"name": "meter", "share": "100%"}]),
    ):
        _, problems = read(SitePowerEnvelope, obj)
        assert bool(refusal(obj)) == bool(problems), text


plain = st.sampled_from(
    [
        None,
        True,
        0,
        3,
        1.5,
        "",
        "ups",
        "5kW",
        "60%",
        "x y",
        "230V",
        "32A",
        "DC",
        "3x l40s-8",
        "r[1-2]",
        [],
        {},
    ]
)
EDGE = ["name", "share", "breaker", "suppliers", "limit"]
PLATE = ["capacity", "voltage", "current", "phases", "powerFactor", "continuous"]
names = st.sampled_from([*EDGE, *PLATE, "watts", "air", "count", "profile", "off", "other"])
anything = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=6
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(["cord", "breaker", "liquid", "air", "baseLoad", "nodes"]), value=anything)
def test_no_garbage_passes_where_text_or_object_may_stand(refusal: Refusal, place: str, value: Any) -> None:
    cords = {"cord": ["ups", value], "breaker": [{"name": "ups", "breaker": value}]}
    obj = racked(power=cords[place]) if place in cords else racked(**{place: value})
    _, problems = read(SitePowerEnvelope, obj)
    assert bool(refusal(obj)) == bool(problems)
