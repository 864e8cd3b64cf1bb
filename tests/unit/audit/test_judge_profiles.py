"""Profiles that change or go while nodes draw what they say."""

import copy

from ampacity.audit.judge import judge
from ampacity.audit.verdict import Fault
from tests.builders.tape import PROFILE, Tape


def deleted_profile(*, grants):
    """Three nodes at a 24 kW meter, their profile gone, and pods of four GPUs granted since."""
    tape = Tape.of_site(machines=3)
    tape.drop("AcceleratorProfile", "x8")
    tape.wait(10)
    for number in range(1, grants + 1):
        tape.pod(f"p{number}")
        tape.grant(f"p{number}", at=f"n{number % 3 + 1}")
    return [(finding.fault, finding.subject) for finding in judge(tape.records).findings]


def test_a_deleted_profile_still_says_what_its_nodes_are():
    assert deleted_profile(grants=4) == []


def test_and_what_they_draw():
    assert deleted_profile(grants=5) == [(Fault.EXCEEDED, "pod ai/p5")]


def test_a_new_profile_for_its_nodes_takes_over():
    tape = Tape.of_site(machines=3)
    tape.drop("AcceleratorProfile", "x8")
    renewed = copy.deepcopy(PROFILE)
    renewed["metadata"] = {"name": "renewed", "uid": "renewed", "generation": 1}
    renewed["spec"]["node"] = {"idle": "2kW", "maximum": "6kW"}
    tape.put("AcceleratorProfile", renewed)
    tape.wait(10)
    for number in range(1, 7):
        tape.pod(f"p{number}")
        tape.grant(f"p{number}", at=f"n{number % 3 + 1}")
    assert judge(tape.records).ok
