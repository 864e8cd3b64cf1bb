"""The last good generation stays in force."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity.controllers.accepted import Acceptance
from ampacity.core.site import Problem
from ampacity.translate.accepted import Revision
from ampacity.translate.snapshot import acceptable
from ampacity.translate.snapshot.acceptable import acceptable_site
from tests.builders.resources import envelope as site_envelope

FAULT = Problem("spec.capacity", "'13OkW' is no power", "write 130kW")


def parse(obj: Any) -> tuple[tuple[str, int] | None, tuple[Problem, ...]]:
    """A value names what it was made of; a spec that says "bad" is refused."""
    if obj["spec"]["text"] == "bad":
        return None, (FAULT,)
    return (obj["spec"]["text"], obj["metadata"]["generation"]), ()


def envelope(text: str, generation: int, uid: str = "u1", **labels: str) -> dict[str, Any]:
    metadata = {"name": "par1", "uid": uid, "generation": generation, "labels": labels}
    return {"metadata": metadata, "spec": {"text": text}}


def acceptance() -> Acceptance[tuple[str, int]]:
    return Acceptance("SitePowerEnvelope", parse)


def test_a_good_generation_is_in_force_and_kept() -> None:
    judge = acceptance()
    (verdict,) = judge.judge([envelope("good", 1)])
    assert (verdict.accepted, verdict.value, verdict.problems) == (1, ("good", 1), ())
    assert judge.kept == (Revision("SitePowerEnvelope", "par1", "u1", 1, {"text": "good"}),)


def test_a_bad_edit_leaves_the_last_good_one_in_force() -> None:
    judge = acceptance()
    judge.judge([envelope("good", 1)])
    (verdict,) = judge.judge([envelope("bad", 2)])
    assert (verdict.generation, verdict.accepted, verdict.value) == (2, 1, ("good", 1))
    assert verdict.problems == (FAULT,)


def test_a_bad_edit_and_a_restart_leave_it_in_force() -> None:
    first = acceptance()
    first.judge([envelope("good", 1)])
    second = acceptance()
    second.recall(first.kept)
    (verdict,) = second.judge([envelope("bad", 2)])
    assert (verdict.accepted, verdict.value) == (1, ("good", 1))


def test_an_object_that_was_never_good_has_nothing_in_force() -> None:
    (verdict,) = acceptance().judge([envelope("bad", 1)])
    assert (verdict.accepted, verdict.value) == (None, None)


def test_a_new_object_of_the_same_name_inherits_nothing() -> None:
    judge = acceptance()
    judge.judge([envelope("good", 5)])
    (verdict,) = judge.judge([envelope("bad", 1, uid="u2")])
    assert verdict.value is None
    assert judge.kept == ()


def test_what_another_process_kept_later_is_taken_up() -> None:
    judge = acceptance()
    judge.judge([envelope("good", 1)])
    judge.judge([envelope("bad", 3)])
    judge.recall([Revision("SitePowerEnvelope", "par1", "u1", 2, {"text": "better"})])
    (verdict,) = judge.judge([envelope("bad", 3)])
    assert (verdict.accepted, verdict.value) == (2, ("better", 2))


def test_revisions_of_other_kinds_are_not_taken() -> None:
    judge = acceptance()
    judge.recall([Revision("AcceleratorProfile", "par1", "u1", 2, {"text": "other"})])
    assert judge.kept == ()


def test_labels_count_without_a_new_generation() -> None:
    judge = acceptance()
    (before,) = judge.judge([envelope("good", 1)])
    (after,) = judge.judge([envelope("good", 1, region="north")])
    assert after.obj["metadata"]["labels"] == {"region": "north"}
    assert after.value is not before.value


def test_an_unchanged_object_is_not_parsed_again() -> None:
    judge = acceptance()
    (before,) = judge.judge([envelope("good", 1)])
    (after,) = judge.judge([envelope("good", 1)])
    assert after.value is before.value


def test_an_envelope_without_computable_limits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The graph checks refuse all that is known; what slips through must not push the last good one out."""
    obj = site_envelope()
    assert acceptable_site(obj)[0] is not None
    monkeypatch.setattr(acceptable, "buildable", lambda site: FAULT)
    assert acceptable_site(obj) == (None, (FAULT,))
