"""Usable milliwatts from what a nameplate says, rounded down.

Three phases carry sqrt(3) * V(line to line) * I, one phase and direct current
V * I; real power is that times the power factor. A breaker, feed, PDU or busway
may carry 80 % of its nameplate for hours (NEC 210.20 and 215.3), a standby
generator 70 % (the average load that ISO 8528-1 permits); UPS ratings are
continuous. The factor stays in failure states: a failure can last
for days. All of it is integer arithmetic; the square root is an integer root.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, isqrt

from ampacity.apis.envelope_cooling import CoolingUnit
from ampacity.apis.envelope_domains import Domain
from ampacity.apis.envelope_rating import Breaker, Electrical, Rating
from ampacity.apis.quantities import parse_apparent, split_units
from ampacity.core.units import PPM, parse_current, parse_percent, parse_power, parse_voltage

DEFAULT_POWER_FACTOR = 950_000
BREAKER_FACTOR = 800_000
_FACTORS = {"UPS": PPM, "Generator": 700_000}


def domain_capacity(domain: Domain) -> int:
    """Usable mW of a domain: its capacity, its rating with all factors, or its units less the spares."""
    if domain.rating is not None:
        usable = rating_capacity(domain.rating, factor(domain.type, domain.rating))
        uneven = parse_percent(domain.imbalance) if domain.imbalance else 0
        return usable * PPM // (PPM + uneven)
    return _plain_capacity(domain)


def cooling_capacity(unit: CoolingUnit) -> int:
    """Heat in mW that a cooling unit takes: its capacity, or its units less the spares."""
    return _plain_capacity(unit)


def breaker_limit(breaker: Breaker) -> int:
    """Usable mW of a cord: as stated, or the breaker's volts and amperes with the continuous factor."""
    if breaker.capacity is not None:
        return parse_power(breaker.capacity)
    return _electrical(breaker, PPM if breaker.continuous else BREAKER_FACTOR)


def factor(domain_type: str, rating: Electrical) -> int:
    """The continuous factor of a type of domain, ppm."""
    return PPM if rating.continuous else _FACTORS.get(domain_type, BREAKER_FACTOR)


def rating_capacity(rating: Rating, factor: int) -> int:
    """Usable mW of a nameplate: the smaller of watts and volt-amperes times power factor, times `factor`."""
    if rating.voltage is not None:
        return _electrical(rating, factor)
    limits = []
    if rating.power is not None:
        limits.append(parse_power(rating.power))
    if rating.apparent_power is not None:
        limits.append(parse_apparent(rating.apparent_power) * power_factor(rating) // PPM)
    return min(limits) * factor // PPM


def power_factor(rating: Electrical) -> int:
    """Power factor in ppm, rounded down; the safe default where none is stated, 1 for direct current."""
    if rating.phases == "DC":
        return PPM
    return to_ppm(rating.power_factor) if rating.power_factor is not None else DEFAULT_POWER_FACTOR


def to_ppm(number: float, *, up: bool = False) -> int:
    """A plain number such as 0.3, as written, in ppm; rounded down, or up."""
    exact = Fraction(str(number)) * PPM
    return ceil(exact) if up else int(exact)


def _electrical(rating: Electrical, factor: int) -> int:
    volts, amperes = parse_voltage(rating.voltage or ""), parse_current(rating.current or "")
    product = volts * amperes * power_factor(rating) * factor
    if rating.phases == 3:
        product = isqrt(3 * product * product)
    return product // (1000 * PPM * PPM)


def _plain_capacity(part: Domain | CoolingUnit) -> int:
    if part.capacity is not None:
        return parse_power(part.capacity)
    number, each = split_units(part.units or "")
    return (number - (part.spare or 0)) * each
