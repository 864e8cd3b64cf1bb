"""Quantities: strict on the way in, plain on the way out."""

from __future__ import annotations

import pytest

from ampacity.core.units import (
    MAX_POWER,
    PPM,
    QuantityError,
    format_power,
    parse_current,
    parse_percent,
    parse_power,
    parse_voltage,
)


@pytest.mark.parametrize(("text", "milliwatts"), [
    ("700W", 700_000), ("130kW", 130_000_000), ("1.2MW", 1_200_000_000), (" 3.3 kW ", 3_300_000),
    ("0W", 0), ("1mW", 1), ("4GW", MAX_POWER),
])
def test_power_is_read_exactly(text: str, milliwatts: int) -> None:
    assert parse_power(text) == milliwatts


@pytest.mark.parametrize(
    "text", ["13OkW", "-5kW", "1e400W", "130", "kW", "", "1,5kW", "5 kWh", "0.0001W", "5GW"])
def test_what_is_no_power_is_refused(text: str) -> None:
    with pytest.raises(QuantityError):
        parse_power(text)


def test_a_refusal_says_what_to_write() -> None:
    advice = "'130' is no power; write a number and W, kW or MW, for example 130kW"
    with pytest.raises(QuantityError, match=advice):
        parse_power("130")


def test_the_largest_power_leaves_room_in_64_bits() -> None:
    assert MAX_POWER * PPM < 2**62


def test_other_quantities() -> None:
    assert parse_voltage("13.8kV") == 13_800_000
    assert parse_current("250A") == 250_000
    assert parse_percent("66.7%") == 667_000


@pytest.mark.parametrize(("milliwatts", "text"), [
    (0, "0 W"), (1, "0.001 W"), (999, "0.999 W"), (700_000, "700 W"), (3_100_000, "3.1 kW"),
    (3_000_000, "3 kW"), (1_250_000_000, "1.25 MW"), (-4_500_000, "-4.5 kW"),
])
def test_power_as_people_read_it(milliwatts: int, text: str) -> None:
    assert format_power(milliwatts) == text
