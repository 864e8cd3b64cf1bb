"""What the auditor reads off raw objects."""

import pytest

from ampacity import names
from ampacity.audit.facts import announced, node_facts, pod_facts
from tests.builders.tape import node, pinned, pod, reservation


def container(gpus, **other):
    return {"name": "c", "resources": {"limits": {"nvidia.com/gpu": gpus, "cpu": "4"}}, **other}


def test_a_pod_holds_its_greatest_moment():
    spec = {
        "initContainers": [container(2, restartPolicy="Always"), container("5"), container(1)],
        "containers": [container(1), container(1)],
    }
    raw = pod("p1") | {"spec": spec}
    assert pod_facts(raw).devices == (("nvidia.com/gpu", 7),)


@pytest.mark.parametrize(
    ("change", "node_name", "fixed"),
    [
        ({"nodeName": "n2"}, "n2", True),
        ({"affinity": pinned("n3")}, "n3", True),
        ({}, "n1", False),
    ],
)
def test_where_a_pod_is(change, node_name, fixed):
    raw = pod("p1", gated=False)
    raw["spec"] |= change
    raw["metadata"]["annotations"] = {names.RESERVATION: reservation("n1")}
    facts = pod_facts(raw)
    assert (facts.node, facts.fixed, facts.placed) == (node_name, fixed, True)


def test_terms_that_do_not_all_name_one_node_pin_nothing():
    raw = pod("p1", gated=False)
    affinity = pinned("n1")
    (required,) = affinity["nodeAffinity"].values()
    zone = {"key": "zone", "operator": "In", "values": ["a"]}
    required["nodeSelectorTerms"].append({"matchExpressions": [zone]})
    raw["spec"]["affinity"] = affinity
    assert pod_facts(raw).node == ""


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended_draws_nothing(phase):
    raw = pod("p1", gated=False, at="n1") | {"status": {"phase": phase}}
    assert not pod_facts(raw).placed


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"power": 1}', reservation("n1").replace("4000000", "-1")])
def test_a_reservation_that_cannot_be_read_is_said_to_be_so(text):
    raw = pod("p1", gated=False)
    raw["metadata"]["annotations"] = {names.RESERVATION: text}
    assert pod_facts(raw).reservation.readable is False


@pytest.mark.parametrize(
    ("key", "effect", "reserved"),
    [
        ("nvidia.com/gpu", "NoSchedule", True),
        ("nvidia.com/gpu", "PreferNoSchedule", False),
        ("node.kubernetes.io/unschedulable", "NoSchedule", False),
    ],
)
def test_taints_that_keep_ordinary_pods_off(key, effect, reserved):
    raw = node("n1", "r1") | {"spec": {"taints": [{"key": key, "effect": effect}]}}
    assert node_facts(raw).reserved is reserved


@pytest.mark.parametrize("text", ["{", "[]", '{"fence": [[1]], "table": []}'])
def test_a_ledger_that_cannot_be_read_is_none(text):
    assert announced({"data": {"ledger": text}}) is None


def test_an_empty_holds_object_announces_nothing():
    assert announced({}) == ()
