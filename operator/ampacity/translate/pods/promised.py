"""Where an ungated pod will be, before it is bound."""

from __future__ import annotations

from ampacity.core.snapshot import NodeTerm
from ampacity.translate.records import Reservation


def promised_node(terms: tuple[NodeTerm, ...], reservation: Reservation | None) -> str:
    """The one node that every term names, else that of its reservation; "" if neither says."""
    pinned = {_named_node(term) for term in terms}
    node = pinned.pop() if len(pinned) == 1 else ""
    return node or (reservation.node if reservation else "")


def _named_node(term: NodeTerm) -> str:
    for requirement in term:
        if requirement.field and requirement.operator == "In" and len(requirement.values) == 1:
            return requirement.values[0]
    return ""
