"""Parcels: how much of one source's draw has reached a place, and with which losses on the way.

`{factor: drawn}` means that the place sees `drawn * factor` mW for `drawn` mW
of the source's own draw, summed over its entries. A factor grows with each
loss on the way (1 / efficiency) and starts at a cooling unit with the
electricity it needs per watt of heat.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from ampacity.audit.scene import Carry

Parcels = dict[Fraction, Fraction]
Arriving = dict[str, Parcels]
"""Parcels by the place they have reached."""


def whole(amount: Fraction | int) -> Parcels:
    """A source's draw at the source itself."""
    return {Fraction(1): Fraction(amount)}


def seen(parcels: Parcels) -> Fraction:
    """What the place they have reached sees of them, mW."""
    return sum((drawn * factor for factor, drawn in parcels.items()), Fraction(0))


def times(parcels: Parcels, factor: Fraction) -> Parcels:
    """The same draw, seen `factor` times as large."""
    return {old * factor: drawn for old, drawn in parcels.items()}


def hand_over(carries: Iterable[Carry], parcels: Parcels, arriving: Arriving) -> None:
    """Add to `arriving` the most that each supplier may see of a consumer's input."""
    for carry in carries:
        if carry.share:
            at = arriving.setdefault(carry.edge.supplier, {})
            for factor, drawn in parcels.items():
                at[factor] = at.get(factor, Fraction(0)) + drawn * carry.share


def cut(parcels: Parcels, amount: Fraction | int) -> Parcels:
    """At most `amount` of the source's draw, the greatest losses first: the most a place can see."""
    left = Fraction(amount)
    kept: Parcels = {}
    for factor in sorted(parcels, reverse=True):
        if left <= 0:
            break
        kept[factor] = min(left, parcels[factor])
        left -= kept[factor]
    return kept
