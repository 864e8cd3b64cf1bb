"""From documents to a world: what pods there will be, which nodes are assumed, and what is wrong."""

import copy

import pytest

from ampacity.cli.fetch.documents import Document
from ampacity.cli.fetch.scenario import scenario
from tests.builders.tape import ENVELOPE, PROFILE, node, pod


def world_of(*objects):
    return scenario([Document(f"object {number}", obj) for number, obj in enumerate(objects, 1)])


def workload(kind, **spec):
    template = {"metadata": {"labels": {"app": "x"}}, "spec": pod("x", gpus=1)["spec"]}
    metadata = {"name": "work", "namespace": "ai"}
    return {"kind": kind, "metadata": metadata, "spec": {"template": template, **spec}}


def listing(nodes):
    envelope = copy.deepcopy(ENVELOPE)
    envelope["spec"]["racks"] = [{"names": "r1", "power": ["meter"], "nodes": nodes}]
    return envelope


@pytest.mark.parametrize(
    ("kind", "spec", "count"),
    [
        ("Deployment", {"replicas": 3}, 3),
        ("Deployment", {}, 1),
        ("StatefulSet", {"replicas": 0}, 0),
        ("Job", {"parallelism": 4, "completions": 2}, 2),
        ("Job", {}, 1),
    ],
)
def test_workloads_become_the_pods_they_would_make(kind, spec, count):
    pods = world_of(workload(kind, **spec)).world.pods
    assert len(pods) == count
    assert {record.controller for record in pods} <= {f"{kind}/ai/work"}
    assert len({record.uid for record in pods}) == count


def test_pods_that_a_workload_has_already_are_not_made_again():
    owned = pod("work-1", at="n1", gated=False)
    owned["kind"] = "Pod"
    owned["metadata"]["labels"] = {"pod-template-hash": "77"}
    owned["metadata"]["ownerReferences"] = [{"kind": "ReplicaSet", "name": "work-77", "controller": True}]
    replicas = workload("ReplicaSet", replicas=3)
    replicas["metadata"]["ownerReferences"] = [{"kind": "Deployment", "name": "work", "controller": True}]
    pods = world_of(owned, workload("Deployment", replicas=3), replicas).world.pods
    assert [record.waiting for record in pods] == [False, True, True]


def test_gpu_pods_without_the_gate_are_planned_and_others_left_out():
    ungated, plain = workload("Deployment", replicas=2), workload("Job")
    ungated["spec"]["template"]["spec"].pop("schedulingGates")
    plain["metadata"]["name"] = "plain"
    plain["spec"]["template"]["spec"] = {"containers": [{"name": "main"}]}
    found = world_of(ungated, plain)
    assert [record.waiting for record in found.world.pods] == [True, True]
    assert "2 GPU pods lack the gate" in found.assumptions[0]


def test_a_priority_class_counts():
    urgent = workload("Deployment")
    urgent["spec"]["template"]["spec"]["priorityClassName"] = "urgent"
    found = world_of({"kind": "PriorityClass", "metadata": {"name": "urgent"}, "value": 900}, urgent)
    assert [record.priority for record in found.world.pods] == [900]


def test_listed_nodes_are_assumed_only_where_no_node_is_given():
    assumed = world_of(PROFILE, listing("2x x8"))
    assert [record.name for record in assumed.world.nodes] == ["par1-r1-1", "par1-r1-2"]
    assert "2 nodes" in assumed.assumptions[0]
    given = world_of(PROFILE, listing("2x x8"), {"kind": "Node", **node("n1", "r1")})
    assert [record.name for record in given.world.nodes] == ["n1"]
    assert given.assumptions == []


def test_assumed_nodes_carry_the_labels_that_selectors_name_and_leave_out_what_is_off():
    listed = [{"count": 1, "profile": "l4-8"}, {"count": 1, "profile": "l4-8", "off": True}]
    (record,) = world_of(listing(listed)).world.nodes
    assert record.labels["nvidia.com/gpu.product"] == "NVIDIA-L4"
    assert dict(record.allocatable.extended) == {"nvidia.com/gpu": 8}


def test_own_profiles_win_over_the_catalogue():
    own = copy.deepcopy(PROFILE)
    own["metadata"]["name"] = "l4-8"
    profiles = {profile.name: profile for profile in world_of(own).world.profiles}
    assert profiles["l4-8"].family == "x"
    assert len(profiles) > 16


def test_every_fault_of_every_object_is_told_with_its_place():
    envelope, profile = copy.deepcopy(ENVELOPE), copy.deepcopy(PROFILE)
    envelope["spec"]["domains"][0]["capacity"] = "13OkW"
    profile["spec"]["gpus"] = 0
    pool = {"kind": "GPUInferencePool", "metadata": {"name": "p", "namespace": "ai"}, "spec": {"replicas": 1}}
    broken = workload("Deployment", replicas="many")
    faults = [str(fault) for fault in world_of(envelope, profile, pool, broken, ENVELOPE).faults]
    assert [fault.partition(":")[0] for fault in faults] == [f"object {number}" for number in range(1, 6)]
    assert "spec.domains[0].capacity: '13OkW' is no power" in faults[0]
    assert "is in object 1 already" in faults[4]


def test_kinds_that_nobody_looks_at_are_said():
    found = world_of(
        {"kind": "Namespace", "metadata": {"name": "a"}},
        {"kind": "PodMonitor", "metadata": {"name": "b"}},
        {"kind": "PodMonitor", "metadata": {"name": "c"}},
    )
    assert found.assumptions == ["Not looked at: 2 PodMonitor."]
