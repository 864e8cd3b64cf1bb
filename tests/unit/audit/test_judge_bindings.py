"""The judge on pods that name us as their scheduler: their binding is their grant, by the same rules.

The site is a 24 kW meter over racks with one node of 2 kW idle and 1 kW per busy GPU each.
"""

import pytest

from ampacity import names
from ampacity.audit.judge import judge
from ampacity.audit.verdict import Fault
from tests.builders.tape import Tape, pod, reservation


def faults(tape: Tape) -> list[tuple[Fault, str]]:
    return [(finding.fault, finding.subject) for finding in judge(tape.records).findings]


def waiting(*pods: str) -> Tape:
    tape = Tape.of_site(machines=3)
    for name in pods:
        tape.pod(name, ours=True)
    return tape


def test_announced_bindings_within_the_limits_are_no_fault() -> None:
    tape = waiting("p1", "p2")
    tape.bind("p1", at="n1")
    tape.bind("p2", at="n2")
    verdict = judge(tape.records)
    assert verdict.ok and verdict.grants == 2


def test_while_it_waits_it_draws_nothing() -> None:
    tape = waiting(*(f"w{number}" for number in range(9)))
    tape.pod("p1", gpus=6)
    tape.grant("p1", at="n1")
    assert faults(tape) == []


def test_bound_without_a_reservation() -> None:
    tape = waiting("p1")
    tape.bind("p1", at="n1", reserve=False)
    (finding,) = judge(tape.records).findings
    assert (finding.fault, finding.subject) == (Fault.UNRESERVED, "pod ai/p1")
    assert finding.sentence == "it was bound to n1, and it has no reservation"


def test_bound_with_a_reservation_that_nobody_can_read() -> None:
    tape = waiting("p1")
    broken = pod("p1", gated=False, at="n1", ours=True)
    broken["metadata"]["annotations"] = {names.RESERVATION: '{"site": "par1"}'}
    tape.put("Pod", broken)
    assert faults(tape) == [(Fault.UNRESERVED, "pod ai/p1")]


def test_bound_although_no_fence_record_announced_it() -> None:
    tape = waiting("p1")
    tape.bind("p1", at="n1", announce=False)
    assert faults(tape) == [(Fault.UNANNOUNCED, "pod ai/p1")]


def test_bound_elsewhere_than_announced() -> None:
    tape = waiting("p1")
    tape.announce(p1="n2")
    tape.bind("p1", at="n1", announce=False)
    assert faults(tape) == [(Fault.UNANNOUNCED, "pod ai/p1")]


def test_bound_at_a_later_version_than_announced() -> None:
    tape = waiting("p1")
    tape.announce(p1="n1")
    tape.pod("p1", ours=True)
    tape.bind("p1", at="n1", announce=False)
    assert faults(tape) == [(Fault.UNANNOUNCED, "pod ai/p1")]


def test_one_binding_too_many_is_caught_at_that_binding() -> None:
    tape = waiting("p1", "p2", "p3", "p4", "p5")
    for number in range(1, 6):
        tape.bind(f"p{number}", at=f"n{number % 3 + 1}")
    assert faults(tape) == [(Fault.EXCEEDED, "pod ai/p5")]


@pytest.mark.parametrize(("kept_at", "where"), [("", "it is not bound"), ("n2", "it is kept at n2")])
def test_a_reservation_on_a_pod_that_is_not_where_it_says(kept_at: str, where: str) -> None:
    tape = waiting("p1")
    tape.announce(p1="n1")
    strange = pod("p1", gated=False, at=kept_at, ours=True)
    strange["metadata"]["annotations"] = {names.RESERVATION: reservation("n1")}
    tape.put("Pod", strange)
    misplaced = [f for f in judge(tape.records).findings if f.fault is Fault.MISPLACED]
    assert [f.sentence for f in misplaced] == [f"it has a reservation on n1, but {where}"]


def test_a_gate_taken_off_by_its_owner_leaves_it_waiting() -> None:
    tape = Tape.of_site()
    both = pod("p1", gated=True, ours=True)
    tape.put("Pod", both)
    both["spec"].pop("schedulingGates")
    tape.put("Pod", both)
    assert faults(tape) == []
    tape.bind("p1", at="n1")
    assert faults(tape) == []
