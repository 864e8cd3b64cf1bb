"""The reservation annotation: what a granted pod was promised, as JSON on the pod.

Anybody who may edit a pod may write nonsense there, so reading is strict: all
of it is right or none of it counts. What a pod draws is never less than what
its node's profile says, so a lost annotation cannot lower a load.
"""

from __future__ import annotations

import json
from typing import Any

from ampacity.core.load import Load
from ampacity.core.plan import Grant
from ampacity.core.units import MAX_POWER
from ampacity.translate.records import Reservation

_NAMES = ("site", "rack", "node", "profile")
_FIGURES = ("power", "air", "liquid")


def encode(reservation: Reservation, fence: str) -> str:
    """Annotation text; figures in milliwatts, `fence` names the ledger write that announced it."""
    load = reservation.load
    return json.dumps(
        {
            **{name: getattr(reservation, name) for name in _NAMES},
            **dict(zip(_FIGURES, (load.power, load.air, load.liquid), strict=True)),
            "generation": reservation.generation,
            "fence": fence,
        },
        separators=(",", ":"),
    )


def decode(text: str) -> Reservation | None:
    """The reservation, or None if any part of it is missing, of the wrong type or out of range."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not all(_is_name(fields.get(name)) for name in _NAMES):
        return None
    if not all(_is_figure(fields.get(name)) for name in (*_FIGURES, "generation")):
        return None
    return Reservation(
        site=fields["site"],
        rack=fields["rack"],
        node=fields["node"],
        profile=fields["profile"],
        load=Load(fields["power"], fields["air"], fields["liquid"]),
        generation=fields["generation"],
    )


def reserved(grant: Grant) -> Reservation:
    """What a grant promises."""
    return Reservation(grant.site, grant.rack, grant.node, grant.profile, grant.load, grant.generation)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 253


def _is_figure(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MAX_POWER
