"""Holds and the write-ahead fence: what is reserved beyond the pods themselves."""

from ampacity.core.ledger.fence import (
    MAX_ENTRIES,
    MAX_HOLDS,
    VIRTUAL,
    Announcement,
    Sighting,
    advance,
    announce,
    in_doubt,
    newer,
    resolve,
    take_over,
    withdraw,
)
from ampacity.core.ledger.holds import (
    Need,
    give_up,
    holds_by_controller,
    overdue,
    release,
    without_holds,
    without_misfits,
)
from ampacity.core.ledger.model import FenceEntry, Hold, Ledger

__all__ = [
    "MAX_ENTRIES",
    "MAX_HOLDS",
    "VIRTUAL",
    "Announcement",
    "FenceEntry",
    "Hold",
    "Ledger",
    "Need",
    "Sighting",
    "advance",
    "announce",
    "give_up",
    "holds_by_controller",
    "in_doubt",
    "newer",
    "overdue",
    "release",
    "resolve",
    "take_over",
    "withdraw",
    "without_holds",
    "without_misfits",
]
