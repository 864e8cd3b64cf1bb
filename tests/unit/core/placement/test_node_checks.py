"""What kube-scheduler will check on the node, checked before the grant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ampacity.core.placement import plan
from ampacity.core.placement.match import holds, tolerates
from ampacity.core.snapshot import NodeView, Requirement, Resources, Shape, Taint, Toleration
from tests.builders.fleet import GIB, label_in, node, places, resources, shape, snapshot, waiter, waiters

TAINT = Taint("gpu", "yes", "NoSchedule")


def fits(view: NodeView, asks: Shape) -> bool:
    """Does the planner give this pod this node?"""
    return bool(plan(snapshot([view], [waiter("p", asks)])).grants)


def leaving(view: NodeView, **changes: int) -> NodeView:
    return replace(view, free=replace(view.free, **changes))


@pytest.mark.parametrize("asks", [
    shape(4, cpu=16),
    shape(4, memory=64),
    Shape("default", Resources(0, 0, 10 * GIB, 1, (("nvidia.com/gpu", 4),)), 4),
    Shape("default", resources(4), 4),
], ids=["cpu", "memory", "ephemeral", "pods"])
def test_each_resource_is_checked(asks: Shape) -> None:
    view = node(used=4)
    enough = leaving(view, cpu_milli=16_000, memory=64 * GIB, ephemeral=10 * GIB, pods=1)
    assert fits(enough, asks)
    for resource in ("cpu_milli", "memory", "ephemeral", "pods"):
        asked = getattr(asks.requests, resource)
        assert fits(leaving(enough, **{resource: asked - 1}), asks) == (asked == 0)


def test_a_resource_that_is_not_asked_for_is_not_checked() -> None:
    assert fits(leaving(node(), cpu_milli=-5, memory=-1), shape(1))


def test_every_extended_resource_counts() -> None:
    nics = Shape("default", Resources(extended=(("nvidia.com/gpu", 1), ("rdma/nic", 1))), 1)
    assert not fits(node(), nics)
    view = node()
    both = (("nvidia.com/gpu", 8), ("rdma/nic", 1))
    assert fits(replace(view, free=replace(view.free, extended=both)), nics)


def test_pods_of_one_plan_share_what_is_free() -> None:
    decided = plan(snapshot([node(cpu=10)], waiters(8, shape(1, cpu=4))))
    assert len(decided.grants) == 2


@pytest.mark.parametrize("change", [
    {"admits": False}, {"rack": None}, {"rack": "unknown"}, {"site": "elsewhere"}, {"draw": None},
], ids=lambda change: next(iter(change)))
def test_a_node_in_doubt_admits_nothing(change: dict[str, object]) -> None:
    assert fits(node(), shape())
    assert not fits(replace(node(), **change), shape())  # type: ignore[arg-type]


def test_a_site_that_admits_nothing_admits_nothing() -> None:
    start = snapshot([node()], waiters(1))
    shut = replace(start, sites={"hall": replace(start.sites["hall"], admits=False, why_not="envelope gone")})
    assert plan(shut).refusals[0].sentence == "hall: envelope gone"


@pytest.mark.parametrize(("operator", "values", "label", "matches"), [
    ("In", ("a", "b"), "b", True), ("In", ("a",), "b", False), ("In", ("a",), None, False),
    ("NotIn", ("a",), "b", True), ("NotIn", ("a",), "a", False), ("NotIn", ("a",), None, True),
    ("Exists", (), "", True), ("Exists", (), None, False),
    ("DoesNotExist", (), None, True), ("DoesNotExist", (), "", False),
    ("Gt", ("3",), "4", True), ("Gt", ("3",), "3", False), ("Gt", ("3",), "x", False),
    ("Gt", ("3",), None, False),
    ("Lt", ("3",), "-2", True), ("Lt", ("3",), "3", False), ("Lt", ("x",), "2", False),
    ("Gt", ("3",), "+4", True), ("Gt", ("3",), "-+4", False), ("Gt", ("3",), "9" * 30, False),
    ("Gt", (), "4", False), ("Unheard", ("a",), "a", False),
])
def test_match_expressions(operator: str, values: tuple[str, ...], label: str | None, matches: bool) -> None:
    assert holds(Requirement("key", operator, values), label) is matches


@pytest.mark.parametrize(("toleration", "covers"), [
    (Toleration("gpu", "Exists", "", ""), True),
    (Toleration("gpu", "Equal", "yes", "NoSchedule"), True),
    (Toleration("gpu", "", "yes", ""), True),
    (Toleration("", "Exists", "", ""), True),
    (Toleration("gpu", "Equal", "no", ""), False),
    (Toleration("gpu", "Exists", "", "NoExecute"), False),
    (Toleration("other", "Exists", "", ""), False),
    (Toleration("", "Equal", "yes", ""), False),
    (Toleration("gpu", "Unheard", "yes", ""), False),
])
def test_tolerations(toleration: Toleration, covers: bool) -> None:
    assert tolerates([toleration], TAINT) is covers
    assert fits(node(taints=(TAINT,)), shape(tolerations=(toleration,))) is covers


def test_every_taint_must_be_tolerated() -> None:
    two = node(taints=(TAINT, Taint("spot", "", "NoExecute")))
    assert not fits(two, shape(tolerations=(Toleration("gpu", "Exists", "", ""),)))


def test_terms_are_ored_and_their_requirements_anded() -> None:
    west, big = label_in("zone", "west"), label_in("size", "big")
    either = shape(node_terms=((west, big), (label_in("zone", "east"),)))
    assert fits(node(labels={"zone": "west", "size": "big"}), either)
    assert fits(node(labels={"zone": "east"}), either)
    assert not fits(node(labels={"zone": "west", "size": "small"}), either)


def test_an_empty_term_matches_no_node() -> None:
    assert not fits(node(), shape(node_terms=((),)))


def test_a_field_selector_names_nodes() -> None:
    named = shape(node_terms=((Requirement("metadata.name", "In", ("n2",), field=True),),))
    others = shape(node_terms=((Requirement("metadata.name", "NotIn", ("n1",), field=True),),))
    for asks in (named, others):
        decided = plan(snapshot([node("n1"), node("n2", "r2")], [waiter("p", asks)]))
        assert places(decided) == {"p": "n2"}
    assert not fits(node(), shape(node_terms=((Requirement("spec.taint", "In", ("n1",), field=True),),)))


def test_all_volumes_must_reach_the_node() -> None:
    first, second = (label_in("zone", "west"),), (label_in("disk", "nvme"),)
    asks = shape(volume_terms=((first,), (second,)))
    assert fits(node(labels={"zone": "west", "disk": "nvme"}), asks)
    assert not fits(node(labels={"zone": "west"}), asks)
