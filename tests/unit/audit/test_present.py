"""The cluster at one moment, whoever brought it there."""

import copy

import pytest

from ampacity.audit.judge import judge
from ampacity.audit.present import present
from ampacity.audit.verdict import Fault
from tests.builders.tape import ENVELOPE, Tape


def test_within_its_limits():
    tape = Tape.of_site()
    tape.pod("p1")
    tape.grant("p1", at="n1")
    verdict = present(tape.records)
    assert verdict.ok
    assert verdict.text() == "Audit: 1 grant judged, no limit exceeded now or after any single failure."


def test_over_a_limit_by_what_others_put_there_and_each_limit_once():
    feeds = [{"name": f, "type": "Feed", "capacity": "13kW", "failureDomain": True} for f in "ab"]
    tape = Tape.of_site(domains=feeds, racks=[{"names": "r[1-2]", "power": ["a", "b"]}])
    tape.pod("foreign", gpus=8, gated=False, at="n1")
    tape.pod("other", gpus=4, gated=False, at="n2")
    findings = present(tape.records).findings
    assert [(finding.fault, finding.subject, finding.sentence) for finding in findings] == [
        (Fault.OVER, "site par1", "Feed b carries 16 kW, 3 kW more than its 13 kW, if feed a fails"),
        (Fault.OVER, "site par1", "Feed a carries 16 kW, 3 kW more than its 13 kW, if feed b fails"),
    ]


def test_with_something_declared_failed_only_the_present_state_is_held():
    feeds = [{"name": f, "type": "UPS", "capacity": "30kW", "failureDomain": True} for f in "ab"]
    feeds[1]["state"] = "Failed"
    tape = Tape.of_site(domains=feeds, racks=[{"names": "r[1-2]", "power": ["a", "b"]}])
    text = present(tape.records).text()
    assert "only the present state is held" in text and "at par1, UPS b is declared Failed" in text
    assert "any single failure" not in text


@pytest.mark.parametrize("kind", ["SitePowerEnvelope", "AcceleratorProfile"])
def test_without_limits_or_figures_nothing_is_judged(kind):
    tape = Tape.of_site()
    records = [record | {"items": []} if record["kind"] == kind else record for record in tape.records]
    for verdict in (present(records), judge(records)):
        assert not verdict.ok
        assert f"no {kind} is there" in verdict.blind


def test_an_envelope_of_which_no_generation_can_be_seen_to_hold_is_a_gap():
    tape = Tape.of_site()
    second = copy.deepcopy(ENVELOPE)
    second["metadata"] |= {"name": "lyon", "uid": "lyon"}
    second["spec"]["domains"] = []
    tape.put("SitePowerEnvelope", second)
    verdict = present(tape.records)
    assert not verdict.ok and "SitePowerEnvelope lyon" in verdict.gaps[0]


def test_a_history_without_a_grant_is_clean_and_says_so():
    verdict = judge(Tape.of_site().records)
    assert verdict.ok
    assert verdict.text() == "Audit: no grant happened, no limit exceeded, nothing unannounced."


def test_a_history_that_does_not_begin_at_its_beginning_proves_nothing():
    records = [record for record in Tape.of_site().records if record["kind"] != "ConfigMap"]
    assert "no complete list of ConfigMaps" in judge(records).blind
