"""Stamping conditions, and keeping sentences short."""

from __future__ import annotations

from typing import Any

from ampacity.controllers.status.conditions import listed, shortened, stamped


def status(*conditions: tuple[str, str, str]) -> dict[str, Any]:
    found = [{"type": t, "status": s, "reason": "R", "lastTransitionTime": at} for t, s, at in conditions]
    return {"conditions": found}


def times(found: dict[str, Any]) -> dict[str, str]:
    return {c["type"]: c["lastTransitionTime"] for c in found["conditions"]}


def test_a_transition_time_moves_only_with_the_status() -> None:
    before = status(("Ready", "True", "early"), ("Stalled", "False", "early"))
    wanted = status(("Ready", "False", ""), ("Stalled", "False", ""), ("New", "True", ""))
    after = stamped(wanted, before, "now")
    assert times(after) == {"Ready": "now", "Stalled": "early", "New": "now"}


def test_a_first_status_is_stamped_now() -> None:
    assert times(stamped(status(("Ready", "True", "")), {}, "now")) == {"Ready": "now"}


def test_many_sentences_are_counted() -> None:
    assert listed(["a", "b", "a"]) == "a; b"
    assert listed([str(i) for i in range(8)]) == "0; 1; 2; 3; 4; and 3 more"


def test_a_long_message_is_cut_visibly() -> None:
    assert shortened("x" * 20, 10) == "xxxxxxx..."
