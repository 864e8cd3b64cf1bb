"""What a pool's status says of the objects by which it is reached, while something is amiss with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ampacity.apis import Condition
from ampacity.controllers.status.conditions import condition, listed

REFUSED = "ServingRefused"
NO_PORT = "PortUnknown"
NO_ROUTES = "GatewayApiMissing"
NO_GATEWAY = "GatewayNotFound"
ROUTE_REFUSED = "RouteRefused"
NO_PICKER = "PickerNotFound"
NOTHING_READY = "NothingReady"
_ORDER = (REFUSED, NO_PORT, NO_ROUTES, NO_GATEWAY, ROUTE_REFUSED, NO_PICKER, NOTHING_READY)


class Trouble(NamedTuple):
    """One thing that keeps a pool, or those who come in at one gateway, from being served."""

    reason: str
    message: str


def serving_conditions(troubles: Sequence[Trouble], generation: int) -> list[Condition]:
    """NotServed, with the weightiest reason and all messages; nothing where nothing is amiss."""
    if not troubles:
        return []
    ordered = sorted(troubles, key=lambda trouble: (_ORDER.index(trouble.reason), trouble.message))
    told = listed(trouble.message for trouble in ordered)
    return [condition("NotServed", True, ordered[0].reason, told, generation=generation)]
