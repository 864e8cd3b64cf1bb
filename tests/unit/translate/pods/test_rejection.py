"""Which failed pods were refused by their kubelet, and which failed otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity import names
from ampacity.translate.pods.rejection import Rejection, rejection_of
from tests.builders.kube import pod_json


def failed(reason: str = "", message: str = "", **more: Any) -> dict[str, Any]:
    """A pod with a place that has failed."""
    made = pod_json("p1", node="n1", annotations={names.RESERVATION: "{}"}, **more)
    return {**made, "status": {"phase": "Failed", "reason": reason, "message": message}}


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("OutOfcpu", "Pod was rejected: Node didn't have enough resource: cpu"),
        ("OutOfpods", ""),
        ("OutOfnvidia.com/gpu", "Node didn't have enough resource"),
        ("NodeAffinity", "Predicate NodeAffinity failed"),
        ("UnexpectedAdmissionError", "Allocate failed due to no healthy devices present"),
        ("TopologyAffinityError", "Resources cannot be allocated with Topology locality"),
        ("SysctlForbidden", "Pod was rejected: forbidden sysctl"),
        ("Evicted", "Pod was rejected: The node had condition: [DiskPressure]."),
    ],
)
def test_refused(reason: str, message: str) -> None:
    said = f"{reason}: {message}" if message else reason
    assert rejection_of(failed(reason, message)) == Rejection("uid-p1", "n1", said)


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("", ""),
        ("Evicted", "The node was low on resource: memory."),
        ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline"),
        ("Terminated", "Pod was terminated in response to imminent node shutdown."),
    ],
)
def test_failed_otherwise(reason: str, message: str) -> None:
    assert rejection_of(failed(reason, message)) is None


def test_a_pod_that_somebody_else_placed_is_none_of_ours() -> None:
    others = failed("OutOfcpu")
    del others["metadata"]["annotations"]
    assert rejection_of(others) is None


def test_a_pod_that_runs_was_not_refused() -> None:
    assert rejection_of({**failed("OutOfcpu"), "status": {"phase": "Running", "reason": "OutOfcpu"}}) is None


def test_what_a_kubelet_says_is_bounded() -> None:
    found = rejection_of(failed("OutOfcpu", "x" * 5_000))
    assert found is not None and len(found.why) == 300
