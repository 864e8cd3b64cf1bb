"""The rules of the ledger's protocol. The model follows all of them but those it is told to leave out.

Each is stated with what carries it in the product, and `docs/ledger.md` has a row for each: what it
protects from, and what happens without it.
"""

from __future__ import annotations

from enum import Enum


class Rule(Enum):
    """One rule; the value is what it says."""

    FENCE_FIRST = "a grant is in the written ledger before its request is sent"
    COMPARE_AND_SWAP = "the ledger is written over exactly the version that was read"
    CARRIED = "entries that are not resolved are carried along"
    COUNTED = "what is announced counts from then on"
    ONE_ENTRY = "a pod with an entry is not planned again"
    LEDGER_FIRST = "a new leader takes the ledger before it lists"
    QUORUM = "what a new leader lists is no older than its taking the ledger"
    TOUCH = "the pod of a doubtful entry is changed before the entry is dropped"
    TOUCH_DIFFERS = "such a change differs from all before it"
    VERSION = "a grant names the version of the pod that it was planned for"
    NO_RETRY = "a refused grant is dropped, never read again and repeated"
    NOT_BY_TIME = "time resolves no entry"
    UNANSWERED = "a grant without an answer is not withdrawn"
    WITHDRAW = "a grant that was refused is withdrawn"
    HOLD_RETURNS = "a place from a hold returns to the hold if its pod does not run"
    RELEASE = "holds that nobody is due to take are released"
    ONLY_NEWER = "an older version of a pod proves nothing"
    OWN_EPOCH = "a leader withdraws only what it announced in this term"
    FORGETS = "a new term begins with no memory of answers"
    UID = "a grant names the pod's UID"
    WAITING = "a grant is refused by a pod that has one"
    GUARD = "who does not hold the lease sends nothing"
