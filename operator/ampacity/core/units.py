"""Quantities with their unit: parsing at the edge, printing for people.

Inside the core all power is integer milliwatts and all ratios are integer
parts per million. Parsing is strict: a bare number, an unknown unit, a
negative or an unrepresentable figure is an error whose text says the remedy.
"""

from __future__ import annotations

import re
from fractions import Fraction

PPM = 1_000_000
MAX_POWER = 4 * 10**12  # 4 GW in mW; times PPM it is under half of what 64 bits hold, so sums may overshoot.

_NUMBER = re.compile(r"^\s*([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*([A-Za-z%]*)\s*$")
_POWER = {"mW": 1, "W": 10**3, "kW": 10**6, "MW": 10**9, "GW": 10**12}
_VOLTAGE = {"mV": 1, "V": 10**3, "kV": 10**6}
_CURRENT = {"mA": 1, "A": 10**3, "kA": 10**6}


class QuantityError(ValueError):
    """A quantity that cannot be taken as it stands; the text says why and what to write."""


def parse_power(text: str) -> int:
    """Milliwatts from "700W", "130kW", "1.2MW"; exact or refused, at most 4 GW."""
    value = _parse(text, _POWER, "power", "a number and W, kW or MW, for example 130kW")
    if value > MAX_POWER:
        raise QuantityError(f"{text!r} is more than 4 GW; check the unit")
    return value


def parse_voltage(text: str) -> int:
    """Millivolts from "415V" or "13.8kV"."""
    return _parse(text, _VOLTAGE, "voltage", "a number and V or kV, for example 415V")


def parse_current(text: str) -> int:
    """Milliamperes from "250A"."""
    return _parse(text, _CURRENT, "current", "a number and A, for example 250A")


def parse_percent(text: str) -> int:
    """Parts per million from "95%" or "66.7%"."""
    return _parse(text, {"%": 10_000}, "percentage", "a number and %, for example 95%")


def format_power(milliwatts: int) -> str:
    """For people: "700 W", "3.1 kW", "1.25 MW"; a shortage never prints as zero."""
    sign, size = ("-" if milliwatts < 0 else ""), abs(milliwatts)
    for unit, digits in (("MW", 2), ("kW", 1), ("W", 0)):
        scale = _POWER[unit]
        if size >= scale:
            return f"{sign}{_trim(size, scale, digits)} {unit}"
    return f"{sign}{_trim(size, 1000, 3)} W" if size else "0 W"


def _trim(size: int, scale: int, digits: int) -> str:
    steps = 10**digits
    rounded = (size * steps + scale // 2) // scale
    text = f"{rounded // steps}.{rounded % steps:0{digits}d}" if digits else str(rounded)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _parse(text: str, scales: dict[str, int], kind: str, example: str) -> int:
    match = _NUMBER.match(text) if isinstance(text, str) else None
    if match is None or match[2] not in scales:
        raise QuantityError(f"{text!r} is no {kind}; write {example}")
    value = Fraction(match[1]) * scales[match[2]]
    if value.denominator != 1:
        raise QuantityError(f"{text!r} is finer than Ampacity counts; write fewer decimals")
    return value.numerator
