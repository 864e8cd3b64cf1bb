"""Whatever stands in a pod or node, reading it gives a record to count, and planning goes on."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity import names
from ampacity.core.placement import plan
from ampacity.translate.fleet.nodes import read_node
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.kube import READER, REQUIRED, container, node, node_json, pod, pod_json
from tests.builders.world import world

TERM = {"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["5"]}]}
SELECTOR = {"labelSelector": {"matchLabels": {"app": "x"}}, "topologyKey": "rack"}
HUGE = ("9" * 5000, "9223372036854775807", "10P", "8Ei", "-1", "1e999", "", "²")
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(HUGE)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def full_pod(gated: bool) -> dict[str, Any]:
    """A pod with everything that is read."""
    return pod_json(
        "odd",
        gpus=1,
        gated=gated,
        node="" if gated else "n1",
        labels={names.POOL: "p", names.SITE: "hall"},
        annotations={
            names.SINCE: "5",
            names.MUST_SURVIVE: "UPS",
            names.RESERVATION: "{}",
            names.ACCELERATORS: "h200",
        },
        owner=("ReplicaSet", "web-1"),
        nodeSelector={"a": "b"},
        priority=7,
        tolerations=[{"key": "x", "operator": "Exists"}],
        affinity={
            "nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [TERM]}},
            "podAntiAffinity": {REQUIRED: [SELECTOR]},
        },
        topologySpreadConstraints=[{**SELECTOR, "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}],
        initContainers=[{**container(cpu="1"), "restartPolicy": "Always"}],
        overhead={"cpu": "1"},
        volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}],
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of everything inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, entry in inner for found in [(*path, key), *places(entry, (*path, key))]]


KEPT = [("metadata",), ("metadata", "name"), ("metadata", "uid"), ("metadata", "namespace")]


@st.composite
def damaged(draw: st.DrawFn, whole: dict[str, Any]) -> dict[str, Any]:
    """The object with up to three of its parts replaced by anything at all; it keeps its name."""
    broken = deepcopy(whole)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([path for path in places(broken) if path not in KEPT]))
        at = broken
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = draw(JSON)
    return broken


def bound(item: dict[str, Any]) -> bool:
    """Whether the pod still says that it is on n1."""
    return isinstance(item["spec"], dict) and item["spec"].get("nodeName") == "n1"


@settings(max_examples=300, deadline=None)
@given(damaged(full_pod(gated=True)) | damaged(full_pod(gated=False)))
def test_any_pod_is_counted_and_planning_goes_on(item: dict[str, Any]) -> None:
    record = READER.read(item)
    if record is None:
        assert item["status"]["phase"] in ("Succeeded", "Failed")
        return
    assert (record.uid, record.namespace, record.name) == ("uid-odd", "default", "odd")
    assert record.node == "n1" or not bound(item)
    snapshot = build_snapshot(world(record, pod("good")))
    decided = plan(snapshot)
    answered = {entry.waiter.uid for entry in (*decided.grants, *decided.refusals)}
    assert answered == {waiter.uid for waiter in snapshot.waiters} >= {"uid-good"}


@settings(max_examples=200, deadline=None)
@given(damaged(node_json("n2", labels={"nvidia.com/gpu.count": "8"})))
def test_any_node_is_a_node_and_planning_goes_on(item: dict[str, Any]) -> None:
    record = read_node(item)
    assert record.name == "n2"
    plan(build_snapshot(world(pod("good"), nodes=[node(), record])))
