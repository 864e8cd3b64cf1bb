"""How a pod waits for its grant, and which pods need more than the node that a binding gives."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity import names
from ampacity.core.placement import plan
from ampacity.core.plan import Reason
from ampacity.translate.pods.lanes import more_than_a_node
from ampacity.translate.records import Lane, PodRecord
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.kube import READER, container, pod, pod_json
from tests.builders.world import world

CLAIM = {"name": "data", "persistentVolumeClaim": {"claimName": "c"}}


def ours(name: str = "p1", *, gated: bool = False, **more: Any) -> PodRecord:
    """A pod that names us as its scheduler."""
    return pod(name, gated=gated, schedulerName=names.SCHEDULER, **more)


def test_a_pod_that_names_us_waits_until_it_is_bound() -> None:
    waiting, running = ours(), ours(node="n1")
    assert (waiting.waiting, waiting.lane, waiting.plannable, waiting.node) == (True, Lane.BINDING, True, "")
    assert (running.waiting, running.bound, running.node) == (False, True, "n1")


def test_a_pod_with_our_gate_waits_in_the_lane_of_gates() -> None:
    assert (pod().waiting, pod().lane, pod().plannable) == (True, Lane.GATE, True)


def test_other_schedulers_pods_wait_for_them() -> None:
    assert not pod(gated=False, schedulerName="default-scheduler").waiting


def test_a_pin_of_its_owner_is_no_place() -> None:
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n7"]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    assert ours(affinity={"nodeAffinity": required}).node == ""


def test_a_reservation_on_a_waiting_pod_is_not_believed() -> None:
    record = ours(annotations={names.RESERVATION: "{}"})
    assert record.reservation is None and record.doubt == "" and record.node == ""


def test_unknown_devices_count_as_gpus_while_it_waits() -> None:
    devices = {"containers": [container(**{"foo.example/npu": 2})]}
    assert ours(**devices).shape.gpu_units == 2
    assert ours(node="n1", **devices).shape.gpu_units == 0


def test_with_our_gate_as_well_it_is_told_to_drop_it() -> None:
    record = ours(gated=True)
    assert record.waiting and not record.plannable and not record.other_gates
    assert "remove the gate" in record.obstacle


def test_other_peoples_gates_come_first_here_too() -> None:
    record = ours(gates=["example.com/quota"])
    assert (record.waiting, record.other_gates, record.plannable, record.obstacle) == (True, True, False, "")


NEEDS = {
    "mounts a volume of type persistentVolumeClaim": {"volumes": [CLAIM]},
    "mounts a volume of type csi": {"volumes": [{"name": "a", "emptyDir": {}}, {"name": "b", "csi": {}}]},
    "asks for devices through resource claims": {"resourceClaims": [{"name": "gpu"}]},
    "is part of a scheduling group": {"schedulingGroup": {"podGroupName": "g"}},
    "uses its node's network": {"hostNetwork": True},
    "uses port 80 of its node": {"containers": [{"name": "a"}, {"name": "b", "ports": [{"hostPort": 80}]}]},
    "uses port 81 of its node": {"initContainers": [{"name": "b", "ports": [{}, {"hostPort": 81}]}]},
}


@pytest.mark.parametrize("needs", NEEDS)
def test_what_a_binding_does_not_give(needs: str) -> None:
    assert more_than_a_node(NEEDS[needs]) == needs


PLAIN = {
    "nothing": {},
    "plain volumes": {"volumes": [{"name": "n"}, {"name": "s", "secret": {}}, {"name": "i", "image": {}}]},
    "a null source": {"volumes": [{"name": "n", "persistentVolumeClaim": None, "emptyDir": {}}]},
    "a port of its own": {"containers": [{"name": "a", "ports": [{"containerPort": 80}]}]},
    "nonsense": {"volumes": 3, "containers": ["x", None], "initContainers": {"a": 1}},
}


@pytest.mark.parametrize("spec", PLAIN)
def test_what_any_node_gives(spec: str) -> None:
    assert more_than_a_node(PLAIN[spec]) == ""


def test_a_pod_that_needs_more_is_told_to_use_the_gate() -> None:
    record = ours(volumes=[CLAIM])
    assert record.waiting and not record.plannable
    assert "it mounts a volume of type persistentVolumeClaim" in record.obstacle
    assert f"with the scheduling gate {names.GATE}" in record.obstacle
    assert ours(node="n1", volumes=[CLAIM]).obstacle == pod(volumes=[CLAIM]).obstacle == ""


def test_claims_are_refused_by_the_planner_as_in_any_lane() -> None:
    record = ours(resourceClaims=[{"name": "gpu", "resourceClaimName": "c"}])
    (refusal,) = plan(build_snapshot(world(record))).refusals
    assert refusal.reason is Reason.UNKNOWN_DRAW


def test_a_pod_without_gpus_gets_a_node_and_no_watts() -> None:
    (grant,) = plan(build_snapshot(world(ours(gpus=0)))).grants
    assert (grant.node, grant.load.power) == ("n1", 0)


def test_an_unreadable_pod_that_names_us_waits_and_gets_nothing() -> None:
    record = READER.read(pod_json(gated=False, schedulerName=names.SCHEDULER, priority="high"))
    assert record is not None and (record.waiting, record.lane, record.node) == (True, Lane.BINDING, "")
    assert plan(build_snapshot(world(record))).grants == ()
