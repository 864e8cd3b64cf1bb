"""Shares of classes of work for people: what each draws, what is left, and what is over."""

from __future__ import annotations

from collections.abc import Iterable

from ampacity.apis import Condition
from ampacity.apis.envelope_status import ShareStatus
from ampacity.controllers.status.conditions import condition, listed
from ampacity.core.shares import ShareUse
from ampacity.core.units import format_power


def share_status(shares: Iterable[ShareUse]) -> list[ShareStatus]:
    """One entry for each class with a share, in the order of the envelope."""
    return [
        ShareStatus(
            workload=use.share.workload.capitalize(),
            drawn=format_power(use.drawn),
            headroom=None if use.left is None else format_power(use.left),
            others_headroom=None if use.others_left is None else format_power(use.others_left),
        )
        for use in shares
    ]


def exceeded(shares: Iterable[ShareUse], generation: int) -> list[Condition]:
    """ShareExceeded, while a class draws more than its share or others draw of what is kept for it."""
    sentences = []
    for use in shares:
        kind = use.share.workload
        if use.left is not None and use.left < 0:
            over, most = format_power(-use.left), format_power(use.share.at_most or 0)
            sentences.append(f"{kind} draws {format_power(use.drawn)}, {over} over its {most}")
        if use.others_left is not None and use.others_left < 0:
            kept = format_power(use.share.at_least)
            sentences.append(f"of {kept} kept for {kind} others draw {format_power(-use.others_left)}")
    if not sentences:
        return []
    text = f"{listed(sentences)}; what runs goes on, and nothing is granted that adds to it"
    return [condition("ShareExceeded", True, "AboveShare", text, generation=generation)]
