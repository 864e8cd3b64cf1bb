import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.apis import quantities
from ampacity.apis.quantities import QuantityKind, parse_apparent, split_nodes, split_units
from ampacity.core.units import QuantityError, parse_current, parse_percent, parse_power, parse_voltage

KINDS = {
    quantities.POWER: parse_power,
    quantities.APPARENT: parse_apparent,
    quantities.VOLTAGE: parse_voltage,
    quantities.CURRENT: parse_current,
    quantities.SHARE: parse_percent,
    quantities.EFFICIENCY: parse_percent,
    quantities.UNITS: split_units,
    quantities.NODES: split_nodes,
}
kinds = st.sampled_from(list(KINDS))


@given(kinds.flatmap(lambda kind: st.tuples(st.just(kind), st.from_regex(kind.expression, fullmatch=True))))
def test_what_the_expression_takes_the_parser_reads(case: tuple[QuantityKind, str]) -> None:
    kind, text = case
    if len(text) <= kind.max_length:
        assert kind.check(text) == text
        KINDS[kind](text)


@given(kinds, st.text(alphabet="0123456789.-+eE kKMGWmVAx%O\n", max_size=12))
def test_python_and_the_api_server_refuse_the_same(kind: QuantityKind, text: str) -> None:
    server = re.search(kind.expression.replace("$", r"\Z"), text) is not None
    try:
        kind.check(text)
    except QuantityError:
        assert not server
    else:
        assert server


@pytest.mark.parametrize(
    "text",
    [
        "13OkW",
        "-5kW",
        "+5kW",
        "1e400W",
        "400",
        "",
        "kW",
        "5 Kw",
        "5kw",
        "1.kW",
        ".5kW",
        " 5kW",
        "5kW\n",
        "5  kW",
        "9GW",
    ],
)
def test_no_power(text: str) -> None:
    with pytest.raises(QuantityError, match="is no power; write a number and its unit"):
        quantities.POWER.check(text)


@pytest.mark.parametrize("value", [400, 1.5, True, None, ["5kW"]])
def test_a_number_without_a_unit_is_no_power(value: object) -> None:
    with pytest.raises(QuantityError, match=f"'{re.escape(str(value))}' is no power"):
        quantities.POWER.check(value)


@pytest.mark.parametrize(
    ("text", "milliwatts"),
    [
        ("700W", 700_000),
        ("13.8kW", 13_800_000),
        ("13.8 kW", 13_800_000),
        ("1.2MW", 1_200_000_000),
        ("5mW", 5),
    ],
)
def test_power(text: str, milliwatts: int) -> None:
    assert parse_power(quantities.POWER.check(text)) == milliwatts


@pytest.mark.parametrize("text", ["100.1%", "101%", "-1%", "50", "0.5"])
def test_no_share(text: str) -> None:
    with pytest.raises(QuantityError, match="from 0% to 100%"):
        quantities.SHARE.check(text)


def test_an_efficiency_of_nothing_would_divide_by_zero() -> None:
    with pytest.raises(QuantityError, match="from 1% to 100%"):
        quantities.EFFICIENCY.check("0%")


@pytest.mark.parametrize("text", ["0x5kW", "5kW", "x5kW", "1000x5kW", "2x", "2x-5kW"])
def test_no_units(text: str) -> None:
    with pytest.raises(QuantityError, match="for example 4x500kW"):
        quantities.UNITS.check(text)


def test_units_and_nodes() -> None:
    assert split_units("4x2MW") == split_units("4 x 2 MW") == (4, 2_000_000_000)
    assert split_nodes("4x hgx-h200") == split_nodes("4 x  hgx-h200") == (4, "hgx-h200")
    assert split_nodes("hgx-h200") == (1, "hgx-h200")


@pytest.mark.parametrize("text", ["4xhgx h200", "0x l40s-8", "4x", "3xl40s-8", "-1x l40s-8", "4x L40S"])
def test_no_nodes(text: str) -> None:
    with pytest.raises(QuantityError, match="for example 4x hgx-h200"):
        quantities.NODES.check(text)
