"""The cluster at one moment, whoever brought it there."""

from ampacity.audit.present import present
from ampacity.audit.verdict import Fault
from tests.builders.tape import Tape


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
        (Fault.OVER, "site par1", "Feed b carries 16 kW, 3 kW more than its 13 kW, if a fails"),
        (Fault.OVER, "site par1", "Feed a carries 16 kW, 3 kW more than its 13 kW, if b fails"),
    ]
