"""A grant outside of what the namespace allows is a fault, by whomever it was decided."""

import pytest

from ampacity.audit.judge import judge
from ampacity.audit.verdict import Fault
from tests.builders.tape import Tape, namespace


def granted(residency, country="FR", wait=10.0):
    """The verdict's faults on a grant at a site in `country`, `wait` seconds after the annotation."""
    tape = Tape.of_site(location={"country": country, "region": "bretagne"} if country else None)
    tape.pod("p1")
    tape.put("Namespace", namespace(residency))
    tape.wait(wait)
    tape.grant("p1", at="n1")
    return [finding.fault for finding in judge(tape.records).findings]


@pytest.mark.parametrize("residency", [None, "FR", "SE, FR", "FR/bretagne"])
def test_a_grant_inside_is_no_fault(residency):
    assert granted(residency) == []


@pytest.mark.parametrize("residency", ["SE", "", "France", "FR/normandie"])
def test_a_grant_outside_is_a_fault(residency):
    assert granted(residency) == [Fault.OUTSIDE]


def test_a_site_without_a_country_is_outside():
    assert granted("FR", country="") == [Fault.OUTSIDE]


def test_what_was_said_only_a_moment_before_need_not_be_known():
    assert granted("SE", wait=0.5) == []


def test_what_was_allowed_until_a_moment_before_is_no_fault():
    tape = Tape.of_site(location={"country": "FR"})
    tape.put("Namespace", namespace("FR"))
    tape.pod("p1")
    tape.wait(10)
    tape.put("Namespace", namespace("SE"))
    tape.grant("p1", at="n1")
    assert judge(tape.records).findings == ()
