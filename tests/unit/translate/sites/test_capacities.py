from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.apis.envelope_domains import Domain
from ampacity.apis.envelope_rating import Breaker
from ampacity.translate.sites.capacities import breaker_limit, domain_capacity, to_ppm
from tests.builders.resources import domain


def capacity(**fields: Any) -> int:
    return domain_capacity(Domain.model_validate(domain(**fields)))


THREE = {"voltage": "415V", "current": "250A", "phases": 3, "powerFactor": 0.98}


@pytest.mark.parametrize(
    ("kind", "more", "watts"),
    [
        # sqrt(3) * 415 V * 250 A * 0.98 = 176,106.3 W before the continuous factor
        ("Busway", {}, 140_885),
        ("Busway", {"continuous": True}, 176_106),
        ("UPS", {}, 176_106),
        ("Generator", {}, 123_274),
        ("SomethingElse", {}, 140_885),
    ],
)
def test_the_continuous_factor_of_each_kind(kind: str, more: dict[str, Any], watts: int) -> None:
    assert capacity(type=kind, rating=THREE | more) // 1000 == watts


def test_one_phase_and_direct_current() -> None:
    assert (
        capacity(rating={"voltage": "230V", "current": "32A", "phases": 1, "powerFactor": 1.0}) == 5_888_000
    )
    assert capacity(rating={"voltage": "800V", "current": "100A", "phases": "DC"}) == 64_000_000


def test_an_unstated_power_factor_is_a_safe_one() -> None:
    unstated = capacity(rating={"voltage": "230V", "current": "32A", "phases": 1})
    assert unstated == capacity(
        rating={"voltage": "230V", "current": "32A", "phases": 1, "powerFactor": 0.95}
    )


def test_a_nameplate_in_watts() -> None:
    assert capacity(type="Generator", rating={"power": "100kW"}) == 70_000_000
    assert capacity(type="UPS", rating={"power": "100kW"}) == 100_000_000


@pytest.mark.parametrize(
    ("rating", "kilowatts"),
    [
        ({"power": "450kW", "apparentPower": "500kVA", "powerFactor": 1.0}, 450),
        ({"power": "500kW", "apparentPower": "500kVA", "powerFactor": 0.9}, 450),
        ({"apparentPower": "500kVA", "powerFactor": 0.9}, 450),
    ],
)
def test_a_ups_carries_the_smaller_of_kw_and_kva(rating: dict[str, Any], kilowatts: int) -> None:
    assert capacity(type="UPS", rating=rating) == kilowatts * 10**6


def test_capacity_is_taken_as_it_stands_and_spares_do_not_count() -> None:
    assert capacity(capacity="173kW") == 173_000_000
    assert capacity(units="4x500kW", spare=1) == 1_500_000_000
    assert capacity(units="4x500kW") == 2_000_000_000


def test_imbalance_divides() -> None:
    assert capacity(rating=THREE, imbalance="10%") == capacity(rating=THREE) * 10 // 11


def test_breakers() -> None:
    assert breaker_limit(Breaker.model_validate("50kW")) == 50_000_000
    plate = {"voltage": "400V", "current": "32A", "phases": 3, "powerFactor": 1.0}
    assert breaker_limit(Breaker.model_validate(plate)) == 17_736_200
    assert breaker_limit(Breaker.model_validate(plate | {"continuous": True})) == 22_170_250


@given(st.integers(1, 999), st.integers(1, 9999), st.integers(100, 1000))
def test_three_phases_are_rounded_down_exactly(volts: int, amperes: int, factor: int) -> None:
    plate = {
        "voltage": f"{volts + 10_000}V",
        "current": f"{amperes}A",
        "phases": 3,
        "powerFactor": factor / 1000,
    }
    found = breaker_limit(Breaker.model_validate(plate | {"continuous": True}))
    exact_squared = 3 * ((volts + 10_000) * amperes * factor) ** 2  # mW, since factor is per mille
    assert found**2 <= exact_squared < (found + 1) ** 2


def test_plain_numbers_are_read_as_written() -> None:
    assert to_ppm(0.3) == to_ppm(0.3, up=True) == 300_000
    assert (to_ppm(0.1234567), to_ppm(0.1234567, up=True)) == (123_456, 123_457)
