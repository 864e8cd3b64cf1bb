"""Conditions: how they are made, ordered and stamped.

`Ready`, `Reconciling` and `Stalled` are always there, so that kstatus and
`kubectl wait` never have to guess; the specific ones only while they hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ampacity.apis import Condition
from ampacity.core.site import Problem

MESSAGE_LIMIT = 1_000

INVALID_SPEC = "InvalidSpec"
"""The newest generation was refused; the message says field, fault and remedy."""
LAST_GOOD = "LastGoodInForce"
"""The newest generation was refused and an earlier one still holds."""
IN_FORCE = "InForce"
"""The newest generation holds."""


def condition(kind: str, holds: bool, reason: str, message: str = "", *, generation: int = 0) -> Condition:
    """A condition whose transition time is set by `stamped`."""
    return Condition(
        type=kind, status="True" if holds else "False", observed_generation=max(generation, 0),
        reason=reason, message=shortened(message),
    )  # fmt: skip


def acceptance(
    generation: int, accepted: int | None, problems: Sequence[Problem], settled: str = "Settled"
) -> list[Condition]:
    """Ready, Reconciling and Stalled of an object of which the last good generation stays in force."""
    trouble = listed(str(problem) for problem in problems)
    if not problems:
        reason, text = IN_FORCE, f"generation {accepted} is in force"
    elif accepted is None:
        reason, text = INVALID_SPEC, f"nothing is in force: {trouble}"
    else:
        reason = LAST_GOOD
        text = f"generation {accepted} stays in force, generation {generation} was refused"
    return [
        condition("Ready", accepted is not None, reason, text, generation=generation),
        condition("Reconciling", False, settled, generation=generation),
        stalled(problems, generation),
    ]


def stalled(problems: Sequence[Problem | str], generation: int, reason: str = INVALID_SPEC) -> Condition:
    """Stalled: true while the object's own spec, or what the API server says to it, is in the way."""
    trouble = listed(str(problem) for problem in problems)
    word = reason if problems else "Settled"
    return condition("Stalled", bool(problems), word, trouble, generation=generation)


def listed(sentences: Iterable[str], most: int = 5) -> str:
    """A few sentences, and how many more there are."""
    every = list(dict.fromkeys(sentences))
    more = len(every) - most
    return "; ".join(every[:most]) + (f"; and {more} more" if more > 0 else "")


def shortened(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """At most `limit` characters, visibly cut."""
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def stamped(status: Mapping[str, Any], previous: Mapping[str, Any], now: str) -> dict[str, Any]:
    """`status` with transition times: kept from `previous` where a condition's status did not change."""
    before = {c["type"]: c for c in previous.get("conditions") or ()}
    return {**status, "conditions": [_stamp(c, before.get(c["type"]), now) for c in status["conditions"]]}


def _stamp(new: Mapping[str, Any], old: Mapping[str, Any] | None, now: str) -> dict[str, Any]:
    kept = old is not None and old.get("status") == new["status"] and old.get("lastTransitionTime")
    return {**new, "lastTransitionTime": old["lastTransitionTime"] if old and kept else now}
