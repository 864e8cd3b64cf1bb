"""The judge works shares out by itself. A node: 2 kW idle, 1 kW a GPU; two of them on a 24 kW meter."""

from __future__ import annotations

from typing import Any

from ampacity import names
from ampacity.audit.judge import judge
from tests.builders.tape import Tape

SHARES = [{"workload": "Training", "atLeast": "10kW"}, {"workload": "Inference", "atMost": "5kW"}]


def granted(tape: Tape, name: str, at: str, kind: str | None = None) -> None:
    """A pod of four GPUs."""
    pod: dict[str, Any] = tape.pod(name)
    if kind is not None:
        pod["metadata"]["labels"] = {names.WORKLOAD: kind}
    tape.put("Pod", pod)
    tape.grant(name, at=at)


def findings(tape: Tape) -> list[str]:
    return [finding.sentence for finding in judge(tape.records).findings]


def test_grants_within_shares_are_no_fault() -> None:
    tape = Tape.of_site(shares=SHARES)
    granted(tape, "p1", "n1", "inference")
    granted(tape, "p2", "n1", "batch")
    granted(tape, "p3", "n2", "training")
    granted(tape, "p4", "n2", "training")
    assert findings(tape) == []


def test_a_class_beyond_its_share_is_caught() -> None:
    tape = Tape.of_site(shares=SHARES[1:])
    granted(tape, "p1", "n1", "batch")
    granted(tape, "p2", "n1")
    granted(tape, "p3", "n2")
    assert findings(tape) == [
        "granted n2 of par1; with it, work of class inference draws 10 kW, 5 kW more than its 5 kW"
    ]


def test_what_is_kept_for_training_is_caught_in_other_hands() -> None:
    tape = Tape.of_site(shares=SHARES[:1])
    granted(tape, "p1", "n1", "batch")
    granted(tape, "p2", "n2", "training")
    granted(tape, "p3", "n1", "batch")
    granted(tape, "p4", "n2", "batch")
    (sentence,) = findings(tape)
    assert "with it, what is not training draws 16 kW, 2 kW more than its 14 kW" in sentence


def test_what_others_started_is_no_fault_until_more_is_granted() -> None:
    tape = Tape.of_site(shares=SHARES[1:])
    tape.pod("foreign", gpus=8, gated=False, at="n1")
    tape.wait(10)
    granted(tape, "p1", "n2", "batch")
    assert findings(tape) == []
    granted(tape, "p2", "n2")
    assert len(findings(tape)) == 1
