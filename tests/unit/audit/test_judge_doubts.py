"""What is in doubt counts at its most for the auditor too, and what a pod must survive is looked at.

The site of the tests is a 24 kW meter over racks with one node of 2 kW idle and 1 kW per busy GPU each.
"""

import pytest

from ampacity import names
from ampacity.audit.facts import node_facts
from ampacity.audit.judge import judge
from ampacity.audit.verdict import Fault
from tests.builders.tape import Tape, node, pod


def faults(tape):
    return [(finding.fault, finding.subject) for finding in judge(tape.records).findings]


def granted_beside(stranger):
    """Three grants of four GPUs, 18 kW in all, while somebody's pod runs on the first node."""
    tape = Tape.of_site(machines=3)
    tape.put("Pod", stranger)
    tape.wait(10)
    for number, at in enumerate(("n2", "n3", "n2")):
        tape.pod(f"p{number}")
        tape.grant(f"p{number}", at=at)
    return faults(tape)


def test_a_pod_without_gpus_adds_nothing():
    assert granted_beside(pod("stranger", gpus=0, gated=False, at="n1")) == []


def test_a_pod_with_claims_takes_its_node_to_its_maximum():
    stranger = pod("stranger", gpus=0, gated=False, at="n1")
    stranger["spec"]["resourceClaims"] = [{"name": "gpu", "resourceClaimName": "mine"}]
    assert granted_beside(stranger) == [(Fault.EXCEEDED, "pod ai/p2")]


def test_devices_that_are_there_count_whether_or_not_they_are_healthy():
    raw = node("n1", "r1")
    raw["status"]["capacity"] = {"nvidia.com/gpu": "8", "example.com/nic": "2"}
    raw["status"]["allocatable"] = {"nvidia.com/gpu": "5"}
    assert node_facts(raw).devices == (("example.com/nic", 2), ("nvidia.com/gpu", 8))


@pytest.mark.parametrize(
    ("types", "expected"), [("Meter", []), ("Feed", [(Fault.NOWHERE, "pod ai/p1")]), ("", [])]
)
def test_a_rack_that_a_failure_takes_down_is_no_place_for_a_pod_that_must_survive_it(types, expected):
    tape = Tape.of_site(
        machines=1,
        domains=[{"name": "a", "type": "Feed", "capacity": "24kW", "failureDomain": True}],
        racks=[{"names": "r1", "power": ["a"]}],
    )
    demanding = pod("p1")
    demanding["metadata"]["annotations"] = {names.MUST_SURVIVE: types}
    tape.put("Pod", demanding)
    tape.grant("p1", at="n1")
    assert faults(tape) == expected
