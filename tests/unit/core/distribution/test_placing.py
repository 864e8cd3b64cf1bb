"""Room read from a snapshot, and what happens when the placer cannot place what the room promised."""

from __future__ import annotations

from dataclasses import replace

from ampacity.core.distribution import distribute
from ampacity.core.distribution.capacity import Capacity, read_capacity
from ampacity.core.distribution.model import Choice, Limit, Task
from ampacity.core.distribution.placer import Counts, Placer
from ampacity.core.distribution.standing import without
from ampacity.core.snapshot import Snapshot
from tests.builders.distribution import demand, near, pool, site, variant
from tests.builders.fleet import node, shape, small_site, snapshot

SHAPES = {"h200x1": shape(1), "h200x4": shape(4), "h200x8": shape(8)}


def hall(*used: int, capacity: str = "100kW") -> Snapshot:
    """One node of 8 GPUs for each figure, with so many of them in use."""
    nodes = [node(f"n{number}", used=busy) for number, busy in enumerate(used)]
    return snapshot(nodes, [], small_site(capacity=capacity))


def read(view: Snapshot) -> Capacity:
    return read_capacity(view, SHAPES)["hall"]


def test_slots_are_whole_replicas_alone() -> None:
    berths = {one.footprint: one.slots for one in read(hall(0, 3, 6)).berths}
    assert berths == {"h200x1": 15, "h200x4": 3, "h200x8": 1}


def test_gpus_in_groups_say_what_fits_together() -> None:
    groups = {one.what: (one.most, dict(one.coefs)) for one in read(hall(0, 3, 6)).limits if not one.unit}
    assert groups == {
        "free GPUs of h200": (15, {"h200x1": 1, "h200x4": 4, "h200x8": 8}),
        "free GPUs of h200 in groups of 4": (3, {"h200x4": 1, "h200x8": 2}),
        "free GPUs of h200 in groups of 8": (1, {"h200x8": 1}),
    }


def test_rows_are_limits_where_they_can_bind() -> None:
    assert [one for one in read(hall(0, 0)).limits if one.unit] == []
    (row,) = [one for one in read(hall(0, 0, capacity="16kW")).limits if one.unit]
    assert row.what == "pdu" and row.row is not None
    assert dict(row.coefs)["h200x4"] == 4 * dict(row.coefs)["h200x1"]


def test_slots_know_the_rows() -> None:
    berths = {one.footprint: one.slots for one in read(hall(0, 0, capacity="10kW")).berths}
    assert berths["h200x1"] == 6


def test_the_planner_judges_replicas_together() -> None:
    judge = Placer(hall(0, 3), {("p", "one"): shape(1), ("p", "eight"): shape(8)}, {"p": 0})
    one, eight = Choice("p", "hall", "one"), Choice("p", "hall", "eight")
    assert judge({one: 5, eight: 1}) == {one: 5, eight: 1}
    assert sum(judge({one: 6, eight: 1}).values()) == 6


def test_pools_are_told_apart_by_their_whole_names() -> None:
    """As they are called in a cluster: by namespace and name."""
    shapes = {("a/p", "one"): shape(1), ("b/p", "one"): shape(1)}
    first, second = Choice("a/p", "hall", "one"), Choice("b/p", "hall", "one")
    judge = Placer(hall(0), shapes, {"a/p": 1})
    assert judge({first: 5, second: 4}) == {first: 5, second: 3}


def test_replicas_that_run_stay_where_they_are() -> None:
    """Two of one GPU run on two nodes: no room for eight, unless one of them stops."""
    shapes = {("p", "one"): shape(1), ("p", "eight"): shape(8)}
    one, eight = Choice("p", "hall", "one"), Choice("p", "hall", "eight")
    judge = Placer(hall(1, 1), shapes, {"p": 0}, {one: ("n0", "n1")})
    assert judge({one: 2, eight: 1}) == {one: 2, eight: 0}
    assert judge({one: 1, eight: 1}) == {one: 1, eight: 1}
    assert judge({eight: 2}) == {eight: 2}


def test_without_what_runs_a_node_is_as_it_was() -> None:
    busy, idle = hall(5).nodes[0], hall(0).nodes[0]
    assert without(hall(5), {"n0": [shape(4), shape(1)]}).nodes[0] == replace(
        idle, free=replace(idle.free, pods=busy.free.pods + 2)
    )


def test_what_cannot_be_placed_goes_elsewhere() -> None:
    """The judge takes two fewer at the near site than its slots promise."""

    def judge(counts: Counts) -> Counts:
        return {choice: min(count, 2) if choice.site == "a" else count for choice, count in counts.items()}

    task = Task((site("a", 4), site("b", 4)), (pool("p", demand("r1", 4)),), near(r1={"a": 5, "b": 9}))
    found = distribute(task, judge=judge)
    assert found.replicas == {Choice("p", "a", "h200x1"): 2, Choice("p", "b", "h200x1"): 2}


def test_a_judge_that_never_agrees_is_believed_in_the_end() -> None:
    """It places one fewer than asked, whatever is asked: nothing is left."""

    def judge(counts: Counts) -> Counts:
        return {choice: count - 1 for choice, count in counts.items()}

    task = Task((site("a", 40),), (pool("p", demand("r1", 30)),), near(r1={"a": 5}))
    found = distribute(task, judge=judge)
    assert found.replicas == {} and found.unserved[0].part == 1.0


def test_a_cut_binds_only_what_shares_hardware() -> None:
    """Two kinds of replica on different servers: one cannot be placed, the other is untouched."""

    def judge(counts: Counts) -> Counts:
        return {choice: 0 if choice.variant == "h200x1" else count for choice, count in counts.items()}

    limits = [Limit(f"GPUs of {kind}", 9, ((f"{kind}x1", 1),)) for kind in ("h200", "l40s")]
    where = replace(site("a", {"h200x1": 9, "l40sx1": 9}), limits=tuple(limits))
    asked = pool("p", demand("r1", 3), variants=(variant("h200"), variant("l40s")))
    found = distribute(Task((where,), (asked,), near(r1={"a": 5})), judge=judge)
    assert found.replicas == {Choice("p", "a", "l40sx1"): 3}
