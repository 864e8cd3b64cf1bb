import json

import pytest
import yaml

from ampacity import names
from ampacity.cluster.fields import NodeFields, PodFields
from ampacity.cluster.wire import Wire, encoded
from ampacity.translate.fleet.nodes import read_node
from tests.builders.kube import READER, REQUIRED, container, node_json, pod_json

TERM = {"matchExpressions": [{"key": "a", "operator": "Exists"}]}
SELECTOR = {"labelSelector": {"matchLabels": {"app": "x"}}, "topologyKey": "rack"}

PODS = {
    "waiting": pod_json(
        annotations={names.ACCELERATORS: "h200", names.SINCE: "5"},
        labels={names.POOL: "p"},
        owner=("ReplicaSet", "web-1"),
        nodeSelector={"a": "b"},
        tolerations=[{"key": "x", "operator": "Exists"}],
        affinity={
            "nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [TERM]}},
            "podAntiAffinity": {REQUIRED: [SELECTOR]},
        },
        topologySpreadConstraints=[{**SELECTOR, "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}],
        initContainers=[{**container(cpu="1"), "restartPolicy": "Always"}],
        overhead={"cpu": "1"},
        resources={"requests": {"cpu": "7"}},
        priority=7,
        volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}],
    ),
    "running": pod_json(node="n1"),
    "by claim": pod_json(resourceClaims=[{"name": "gpu", "resourceClaimName": "c"}]),
    "to be bound": pod_json(
        gated=False,
        schedulerName=names.SCHEDULER,
        volumes=[{"name": "v", "projected": {"sources": []}}, {"name": "w", "csi": {"driver": "d"}}],
    ),
    "with a host port": pod_json(
        gated=False,
        schedulerName=names.SCHEDULER,
        containers=[{**container(gpu=1), "ports": [{"containerPort": 8, "hostPort": 8}]}],
    ),
    "on its node's network": pod_json(gated=False, schedulerName=names.SCHEDULER, hostNetwork=True),
    "in a group": pod_json(gated=False, schedulerName=names.SCHEDULER, schedulingGroup={"podGroupName": "g"}),
    "numbers": pod_json(containers=[{"name": "c", "resources": {"requests": {"cpu": 2}}}]),
}


@pytest.mark.parametrize("name", PODS)
def test_nothing_that_is_read_is_dropped_from_pods(name: str) -> None:
    pod = PODS[name]
    pod["status"]["conditions"] = [{"type": names.POWERED, "status": "False", "reason": "r", "message": "m"}]
    body = json.dumps({"metadata": {"resourceVersion": "5"}, "items": [pod]}).encode()
    (item,) = Wire(PodFields).page(body).items
    assert READER.read(item) == READER.read(pod)


def test_nothing_that_is_read_is_dropped_from_nodes() -> None:
    node = node_json(
        unhealthy=3, taints=[{"key": "a", "value": "b", "effect": "NoSchedule"}], unschedulable=True
    )
    event = Wire(NodeFields).event(json.dumps({"type": "ADDED", "object": node}).encode())
    assert read_node(event.object) == read_node(node)


def test_what_is_not_read_is_dropped() -> None:
    pod = {**pod_json(), "status": {"phase": "Running", "containerStatuses": [{"name": "main"}]}}
    pod["metadata"]["managedFields"] = [{}]
    item = Wire(PodFields).event(json.dumps({"type": "ADDED", "object": pod}).encode()).object
    assert "containerStatuses" not in item["status"] and "managedFields" not in item["metadata"]


def test_unexpected_types_are_left_to_the_reader() -> None:
    pod = pod_json(priority="high")
    event = Wire(PodFields).event(json.dumps({"type": "ADDED", "object": pod}).encode())
    assert event.object["spec"]["priority"] == "high"


def test_an_error_keeps_its_status() -> None:
    status = {"code": 410, "reason": "Expired", "message": "too old"}
    event = Wire(PodFields).event(json.dumps({"type": "ERROR", "object": status}).encode())
    assert event.object == status


@pytest.mark.parametrize(
    "text", [b"", b"[]", b'"x"', b'{"type": 1, "object": {}}', b'{"type": "ADDED"}', b"\xff"]
)
def test_what_is_no_event_is_refused(text: bytes) -> None:
    for wire in (Wire(PodFields), Wire()):
        with pytest.raises(ValueError):
            wire.event(text)


def test_a_list_without_version_is_refused() -> None:
    with pytest.raises(ValueError):
        Wire().page(b'{"items": []}')


def test_what_is_sent_is_json_and_yaml() -> None:
    body = {"text": "\U0001f50c \u0096\x7f\u2028\ufeff \\u0041 \"q\" \n \u00e9"}
    assert json.loads(encoded(body)) == body
    assert yaml.safe_load(encoded(body)) == body


def test_half_a_character_is_sent_as_a_question_mark() -> None:
    assert encoded({"text": "\ud800"}) == b'{"text":"?"}'


def test_nesting_without_end_is_no_object() -> None:
    line = b'{"type": "ADDED", "object": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001
    for wire in (Wire(PodFields), Wire()):
        with pytest.raises(ValueError):
            wire.event(line)
