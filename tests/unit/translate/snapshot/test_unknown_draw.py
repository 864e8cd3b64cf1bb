"""Pods of which nobody can say what they draw: never placed, and never counted below the node's maximum."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity.core.placement import plan
from ampacity.core.plan import Reason
from ampacity.translate.fleet.nodes import read_node
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.kube import REQUIRED, container, node, node_json, pod
from tests.builders.power import air_load, kw
from tests.builders.world import load_of, notes, profile, reserved, view, world

CLAIM: dict[str, Any] = {
    "containers": [container(cpu="1")],
    "resourceClaims": [{"name": "gpu", "resourceClaimName": "c"}],
}
UNREADABLE: dict[str, Any] = {"priority": "high"}


@pytest.mark.parametrize(("spec", "why"), [(CLAIM, "resourceClaims"), (UNREADABLE, "cannot be read")])
def test_such_a_pod_gets_no_place(spec: dict[str, Any], why: str) -> None:
    decided = plan(build_snapshot(world(pod("odd", **spec), pod("good"))))
    assert [grant.waiter.name for grant in decided.grants] == ["default/good"]
    (refusal,) = decided.refusals
    assert refusal.reason is Reason.UNKNOWN_DRAW and why in refusal.sentence


@pytest.mark.parametrize("spec", [CLAIM, UNREADABLE])
def test_its_node_counts_at_the_maximum_and_says_so(spec: dict[str, Any]) -> None:
    assert view(world()).load == air_load(kw(3))
    placed = world(pod("odd", node="n1", **spec))
    assert view(placed).load == air_load(kw(11))
    assert [note.name for note in notes(build_snapshot(placed), "Unreadable")] == ["default/odd"]


def test_its_node_counts_although_the_node_object_is_gone() -> None:
    left = reserved(pod("odd", node="n1", **CLAIM), 0)
    assert load_of(build_snapshot(world(left, nodes=[]))) == air_load(kw(11))


def test_a_node_that_cannot_be_read_counts_as_the_largest_known() -> None:
    item = node_json("n2")
    item["status"]["conditions"] = 5
    seen = world(nodes=[node(), read_node(item)])
    assert view(seen, "n2").load == air_load(kw(11)) and not view(seen, "n2").admits
    assert "cannot be read" in notes(build_snapshot(seen), "UnknownHardware")[0].sentence


@pytest.mark.parametrize("unhealthy", [0, 4, 8])
def test_unhealthy_gpus_make_no_smaller_server(unhealthy: int) -> None:
    half = profile("half", products=("x",), gpus=4, idle=kw(1), maximum=kw(5))
    seen = world(
        nodes=[node(product="x", gpus=8, unhealthy=unhealthy)],
        profiles=[profile("big", products=("x",)), half],
    )
    assert (view(seen).profile, view(seen).load) == ("big", air_load(kw(3)))


@pytest.mark.parametrize("count", ["9" * 63, "9" * 20, "1000000000000", "4000000"])
def test_a_label_with_an_absurd_count_changes_nothing(count: str) -> None:
    seen = world(pod("good"), nodes=[node(labels={"nvidia.com/gpu.count": count})])
    snapshot = build_snapshot(seen)
    assert [grant.node for grant in plan(snapshot).grants] == ["n1"]
    assert view(seen).load == air_load(kw(3))
    assert "not believed" in notes(snapshot, "HardwareInDoubt")[0].sentence


@pytest.mark.parametrize("sizes", [{"cpu": "10P"}, {"memory": "8Ei"}, {"gpu": "9223372036854775807"}])
@pytest.mark.parametrize("where", ["", "n1"])
def test_absurd_requests_keep_nobody_else_waiting(sizes: dict[str, str], where: str) -> None:
    containers = [container("a", **({"gpu": "1"} | sizes)), container("b", **sizes)]
    huge = pod("huge", containers=containers, node=where)
    decided = plan(build_snapshot(world(huge, pod("good"), nodes=[node(), node("n2")])))
    assert [grant.waiter.name for grant in decided.grants] == ["default/good"]


def test_an_absurd_number_in_an_affinity_matches_nothing() -> None:
    above = {"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["9" * 5000]}]}
    affinity = {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [above]}}}
    decided = plan(build_snapshot(world(pod(affinity=affinity), nodes=[node(labels={"a": "5"})])))
    assert [refusal.reason for refusal in decided.refusals] == [Reason.NO_MATCHING_NODE]
