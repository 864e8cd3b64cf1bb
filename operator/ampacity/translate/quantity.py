"""Kubernetes resource quantities ("1500m", "16Gi", "8") as exact integers.

Rounding is always against the pod: what is asked for goes up, what is offered
goes down. No amount is larger than `MOST`, so that sums of amounts stay within
64 bits; a node that has so much is not believed, and a pod that asks for it fits
nowhere. The `kubernetes` package's parser lets "1 Gi" pass; this one does not.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from ampacity.core.units import QuantityError

_FORM = re.compile(r"^([+-]?[0-9]+(?:\.[0-9]*)?|[+-]?\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,3})?$")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}

Quantity = str | int | float

_SHOWN = 40

MOST = 2**53
"""The largest amount there is: 8 PiB, nine million million CPUs."""


@lru_cache(maxsize=65_536)
def asked(quantity: Quantity, scale: int = 1) -> int:
    """`quantity * scale`, rounded up: what a pod requests, from 0 to MOST."""
    exact = _exact(str(quantity)) * scale
    return between(0, -(-exact.numerator // exact.denominator), MOST)


@lru_cache(maxsize=65_536)
def offered(quantity: Quantity, scale: int = 1) -> int:
    """`quantity * scale`, rounded down: what a node has to give, less than MOST."""
    exact = _exact(str(quantity)) * scale
    return between(0, exact.numerator // exact.denominator, MOST - 1)


def between(least: int, amount: int, most: int) -> int:
    """`amount`, or the bound that it oversteps."""
    return max(least, min(amount, most))


@lru_cache(maxsize=65_536)
def _exact(text: str) -> Fraction:
    match = _FORM.match(text)
    if match is None:
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
        raise QuantityError(f"{shown!r} is no resource quantity; write for example 500m, 8 or 16Gi")
    number, suffix = Fraction(match[1]), match[2] or ""
    if suffix in _BINARY:
        return number * (1 << _BINARY[suffix])
    power = _DECIMAL[suffix] if suffix in _DECIMAL else int(suffix[1:] or 0)
    return number * Fraction(10) ** power
