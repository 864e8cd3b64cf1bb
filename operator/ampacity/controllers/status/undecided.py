"""A pool that this leader has not decided on yet, but one before it has: what that one said goes on to hold.

It takes a new leader a moment to decide. Replicas and routes stay as they are meanwhile, so a status that
says neither ready nor where requests go would be wrong, and would alarm those who watch it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DECIDING = "Deciding"
_FIELDS = ("desired", "steering", "regions")
_CONDITIONS = frozenset({"Ready", "DemandMet", "Waiting"})

Status = Mapping[str, Any]


def until_decided(status: Status, before: Status) -> Status:
    """`status`; if it says no more than that it is being decided, with what was said before of the same
    generation. That it is being decided is then told by Reconciling alone."""
    told = {one["type"]: one for one in before.get("conditions") or ()}
    said = told.get("Ready", {}).get("reason", DECIDING) != DECIDING
    same = before.get("observedGeneration") == status["observedGeneration"]
    new = {one["type"]: one for one in status["conditions"]}
    if new["Ready"]["reason"] != DECIDING or not (same and said):
        return status
    kept = {name: before[name] for name in _FIELDS if name in before}
    conditions = [one for one in new.values() if one["type"] not in _CONDITIONS]
    stays = [one for name, one in told.items() if name in _CONDITIONS]
    return {**status, **kept, "conditions": [*stays, *conditions]}
