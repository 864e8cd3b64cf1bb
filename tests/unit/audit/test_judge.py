"""The judge catches what a broken planner or executor does, and lets pass what is no fault of theirs.

The site is a 24 kW meter over racks with one node of 2 kW idle and 1 kW per busy GPU each.
"""

import copy

from ampacity import names
from ampacity.audit.judge import judge
from ampacity.audit.verdict import Fault
from tests.builders.tape import PROFILE, Tape, node, pod, reservation


def faults(tape):
    verdict = judge(tape.records)
    return [(finding.fault, finding.subject) for finding in verdict.findings]


def three_nodes_full_but_for_two_kilowatts():
    tape = Tape.of_site(machines=3)
    for number in (1, 2, 3, 4):
        tape.pod(f"p{number}")
        tape.grant(f"p{number}", at=f"n{number % 3 + 1}")
    return tape


def test_grants_within_the_limits_are_no_fault():
    verdict = judge(three_nodes_full_but_for_two_kilowatts().records)
    assert verdict.ok
    assert verdict.grants == 4
    assert verdict.text() == "Audit: 4 grants judged, no limit exceeded, nothing unannounced."


def test_a_planner_that_grants_one_too_many_is_caught_at_that_grant():
    tape = three_nodes_full_but_for_two_kilowatts()
    tape.pod("p5")
    tape.grant("p5", at="n3")
    tape.pod("p6", gpus=2)
    tape.grant("p6", at="n3")
    (finding,) = judge(tape.records).findings
    assert (finding.fault, finding.subject) == (Fault.EXCEEDED, "pod ai/p5")
    assert finding.sentence == (
        "granted n3 of par1; with it, Utility meter carries 26 kW, 2 kW more than its 24 kW"
    )


def test_many_grants_in_one_cycle_are_searched_for_the_one_at_fault():
    tape = Tape.of_site(machines=3)
    places = {f"p{number}": f"n{number % 3 + 1}" for number in range(1, 7)}
    for name in places:
        tape.pod(name)
    tape.announce(**places)
    for name, at in places.items():
        tape.grant(name, at=at, announce=False)
    assert faults(tape) == [(Fault.EXCEEDED, "pod ai/p5")]


def test_a_limit_that_only_a_failure_breaks_is_caught():
    feeds = [
        {"name": "a", "type": "Feed", "capacity": "20kW", "failureDomain": True},
        {"name": "b", "type": "Feed", "capacity": "13kW"},
    ]
    tape = Tape.of_site(domains=feeds, racks=[{"names": "r[1-2]", "power": ["a", "b"]}])
    for number in (1, 2, 3):
        tape.pod(f"p{number}")
        tape.grant(f"p{number}", at=f"n{number % 2 + 1}")
    verdict = judge(tape.records)
    assert [finding.sentence for finding in verdict.findings] == [
        "granted n2 of par1; with it, Feed b carries 16 kW, 3 kW more than its 13 kW, if feed a fails"
    ]


def test_room_that_ends_before_the_next_grant_is_room():
    tape = three_nodes_full_but_for_two_kilowatts()
    tape.drop("Pod", "p1")
    tape.pod("p5")
    tape.grant("p5", at="n3")
    assert faults(tape) == []


def test_a_gate_gone_without_a_reservation():
    tape = Tape.of_site()
    tape.pod("p1")
    tape.put("Pod", pod("p1", gated=False))
    assert faults(tape) == [(Fault.UNRESERVED, "pod ai/p1")]


def test_a_reservation_that_nobody_can_read_is_none():
    tape = Tape.of_site()
    tape.pod("p1")
    tape.announce(p1="n1")
    ungated = pod("p1", gated=False, at="n1")
    ungated["metadata"]["annotations"] = {names.RESERVATION: '{"site": "par1"}'}
    tape.put("Pod", ungated)
    assert faults(tape) == [(Fault.UNRESERVED, "pod ai/p1")]


def test_a_grant_that_no_fence_record_announced():
    tape = Tape.of_site()
    tape.pod("p1")
    tape.grant("p1", at="n1", announce=False)
    assert faults(tape) == [(Fault.UNANNOUNCED, "pod ai/p1")]


def test_a_grant_elsewhere_than_announced():
    tape = Tape.of_site()
    tape.pod("p1")
    tape.announce(p1="n2")
    tape.grant("p1", at="n1", announce=False)
    assert faults(tape) == [(Fault.UNANNOUNCED, "pod ai/p1")]


def test_a_grant_of_a_pod_that_had_moved_on_since_it_was_announced():
    tape = Tape.of_site()
    tape.pod("p1")
    tape.announce(p1="n1")
    tape.pod("p1")
    tape.grant("p1", at="n1", announce=False)
    assert faults(tape) == [(Fault.UNANNOUNCED, "pod ai/p1")]


def test_a_reservation_on_a_pod_that_is_not_where_it_says():
    tape = Tape.of_site()
    for name, kept_at in (("gated", ""), ("astray", "n2")):
        strange = pod(name, gated=not kept_at, at=kept_at)
        tape.put("Pod", pod(name))
        tape.announce(**{name: "n1"})
        strange["metadata"]["annotations"] = {names.RESERVATION: reservation("n1")}
        tape.put("Pod", strange)
    assert faults(tape) == [(Fault.MISPLACED, "pod ai/gated"), (Fault.MISPLACED, "pod ai/astray")]


def test_a_pod_born_with_a_reservation_is_an_unannounced_grant():
    tape = Tape.of_site()
    born = pod("p1", gated=False, at="n1")
    born["metadata"]["annotations"] = {names.RESERVATION: reservation("n1")}
    tape.put("Pod", born)
    assert faults(tape) == [(Fault.UNANNOUNCED, "pod ai/p1")]


def test_a_grant_on_a_node_that_belongs_nowhere():
    tape = Tape.of_site()
    tape.put("Node", node("n9", "r9"))
    tape.wait(5)
    tape.pod("p1")
    tape.grant("p1", at="n9")
    assert faults(tape) == [(Fault.NOWHERE, "pod ai/p1")]


def test_what_others_put_there_is_no_fault_until_something_more_is_granted():
    tape = three_nodes_full_but_for_two_kilowatts()
    tape.pod("foreign", gpus=4, gated=False, at="n3")
    assert faults(tape) == []
    tape.wait(5)
    tape.pod("p5", gpus=1)
    tape.grant("p5", at="n1")
    assert faults(tape) == [(Fault.EXCEEDED, "pod ai/p5")]


def test_what_happened_within_two_seconds_of_the_announcement_need_not_be_known():
    tape = three_nodes_full_but_for_two_kilowatts()
    tape.pod("p5", gpus=2)
    tape.wait(5)
    tape.pod("foreign", gpus=1, gated=False, at="n3")
    tape.grant("p5", at="n1")
    assert faults(tape) == []


def test_a_node_that_is_not_ready_counts_at_its_maximum_once_that_is_known():
    tape = Tape.of_site(machines=3)
    tape.put("Node", node("n3", "r3", ready=False))
    tape.wait(5)
    for number in (1, 2, 3):
        tape.pod(f"p{number}")
        tape.grant(f"p{number}", at=f"n{number % 2 + 1}")
    assert faults(tape) == [(Fault.EXCEEDED, "pod ai/p3")]


def test_a_lowered_envelope_is_no_fault_but_a_grant_on_it_is():
    tape = three_nodes_full_but_for_two_kilowatts()
    envelope = tape.objects["SitePowerEnvelope", "par1"]
    envelope["metadata"]["generation"] = 2
    envelope["spec"]["domains"][0]["capacity"] = "10kW"
    tape.put("SitePowerEnvelope", envelope)
    assert faults(tape) == []
    tape.wait(5)
    tape.pod("p5", gpus=1)
    tape.grant("p5", at="n1", generation=2)
    assert faults(tape) == [(Fault.EXCEEDED, "pod ai/p5")]


def test_an_old_generation_does_not_excuse_what_had_to_be_known():
    tape = three_nodes_full_but_for_two_kilowatts()
    envelope = tape.objects["SitePowerEnvelope", "par1"]
    envelope["metadata"]["generation"] = 2
    envelope["spec"]["domains"][0]["capacity"] = "10kW"
    tape.put("SitePowerEnvelope", envelope)
    for seconds, expected in ((0, []), (5, [(Fault.EXCEEDED, "pod ai/late")])):
        tape.wait(seconds)
        name = "late" if seconds else "soon"
        tape.pod(name, gpus=1)
        tape.grant(name, at="n1", generation=1)
        assert faults(tape) == expected


def test_an_envelope_that_cannot_be_accepted_leaves_the_last_good_one_in_force():
    tape = three_nodes_full_but_for_two_kilowatts()
    envelope = tape.objects["SitePowerEnvelope", "par1"]
    envelope["metadata"]["generation"] = 2
    envelope["spec"]["domains"][0]["capacity"] = "13OkW"
    tape.put("SitePowerEnvelope", envelope)
    tape.wait(5)
    tape.pod("p5", gpus=2)
    tape.grant("p5", at="n1")
    tape.pod("p6", gpus=1)
    tape.grant("p6", at="n1")
    assert faults(tape) == [(Fault.EXCEEDED, "pod ai/p6")]


def test_a_missing_listed_node_counts_at_its_maximum():
    tape = Tape.of_site(racks=[{"names": "r[1-3]", "power": ["meter"], "nodes": "1x x8"}])
    tape.pod("p1")
    tape.grant("p1", at="n1")
    assert faults(tape) == []
    tape.pod("p2")
    tape.grant("p2", at="n1")
    tape.pod("p3", gpus=3)
    tape.grant("p3", at="n2")
    assert faults(tape) == [(Fault.EXCEEDED, "pod ai/p3")]


def test_pods_that_were_there_before_are_load_but_no_grants():
    tape = Tape.of_site()
    old = pod("old", gated=False, at="n1")
    old["metadata"]["annotations"] = {names.RESERVATION: reservation("n1")}
    tape.records.clear()
    for kind in ("SitePowerEnvelope", "AcceleratorProfile", "Node"):
        tape.list(kind, [obj for (of, _), obj in tape.objects.items() if of == kind])
    tape.list("Pod", [old])
    tape.list("ConfigMap", [])
    assert judge(tape.records).grants == 0


def test_a_gap_is_told_and_what_happened_in_it_is_judged_when_it_is_seen():
    tape = three_nodes_full_but_for_two_kilowatts()
    tape.version += 50
    unseen = pod("p5", gated=False, at="n3")
    unseen["metadata"]["annotations"] = {names.RESERVATION: reservation("n3")}
    unseen["metadata"]["resourceVersion"] = str(tape.version - 10)
    pods = [obj for (kind, _), obj in tape.objects.items() if kind == "Pod"]
    tape.list("ConfigMap", [])
    tape.list("Pod", [*pods, unseen])
    verdict = judge(tape.records)
    assert [finding.fault for finding in verdict.findings] == [Fault.EXCEEDED]
    assert not verdict.ok and "changes of Pods after" in verdict.text()


def test_a_holds_object_that_cannot_be_read_is_told():
    tape = Tape.of_site()
    tape.write_ledger("{")
    verdict = judge(tape.records)
    assert not verdict.ok and "cannot be read" in verdict.text()


def test_power_supplies_that_are_left_must_carry_their_node():
    profile = copy.deepcopy(PROFILE)
    profile["metadata"]["generation"] = 2
    profile["spec"]["powerSupplies"] = "6x2kW"
    feeds = [{"name": name, "type": "Feed", "capacity": "90kW"} for name in ("a", "b")]
    feeds[1]["state"] = "Failed"
    tape = Tape.of_site(domains=feeds, racks=[{"names": "r[1-2]", "power": ["a", "b"]}])
    tape.put("AcceleratorProfile", profile)
    tape.wait(5)
    for name in ("p1", "p2"):
        tape.pod(name)
        tape.grant(name, at="n1")
    (finding,) = judge(tape.records).findings
    assert finding.subject == "pod ai/p2"
    assert "node n1 draws through its live power supplies 10 kW, 4 kW more than its 6 kW" in finding.sentence


def test_a_grant_in_a_rack_that_is_out_of_service():
    feeds = [{"name": "a", "type": "Feed", "capacity": "90kW", "state": "Failed"}]
    feeds.append({"name": "b", "type": "Feed", "capacity": "90kW"})
    racks = [{"names": "r1", "power": ["a"]}, {"names": "r2", "power": ["b"]}]
    tape = Tape.of_site(domains=feeds, racks=racks)
    for name, at in (("dark", "n1"), ("lit", "n2")):
        tape.pod(name)
        tape.grant(name, at=at)
    assert faults(tape) == [(Fault.NOWHERE, "pod ai/dark")]
