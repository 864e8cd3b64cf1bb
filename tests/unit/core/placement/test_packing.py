"""Where equal choices differ only in what they leave for others."""

from __future__ import annotations

from ampacity.core.placement import plan
from tests.builders.fleet import draw, node, places, shape, small_site, snapshot, waiter, waiters
from tests.builders.power import domain, kw, rack, site


def test_small_pods_fill_open_nodes_and_leave_whole_ones() -> None:
    nodes = [node("n1"), node("n2", used=5), node("n3", "r2")]
    decided = plan(snapshot(nodes, [waiter("a", shape(1), since=1), waiter("b", shape(2), since=2),
                                    *waiters(2, shape(8), since=3)]))
    assert not decided.refusals
    assert {places(decided)[name] for name in "ab"} == {"n2"}


def test_the_tightest_fit_is_taken() -> None:
    nodes = [node("n1", used=1), node("n2", used=4), node("n3", used=6)]
    assert places(plan(snapshot(nodes, [waiter("p", shape(2))]))) == {"p": "n3"}
    assert places(plan(snapshot(nodes, [waiter("p", shape(4))]))) == {"p": "n2"}


def test_a_whole_node_without_watts_is_no_loss() -> None:
    """r1 has watts for one of its two empty nodes and a half; r2 for both of its own."""
    hall = site([domain("pdu", "100kW")], [rack("r1", limit=kw(4 + 12)), rack("r2", limit=kw(4 + 16))])
    nodes = [node(f"{name}-{i}", name) for name in ("r1", "r2") for i in range(2)]
    small = waiters(4, shape(1), name="small")
    decided = plan(snapshot(nodes, [*small, *waiters(3, shape(8), since=1)], hall))
    assert {place[:2] for name, place in places(decided).items() if name.startswith("small")} == {"r1"}
    assert not decided.refusals


def test_of_equal_racks_the_one_on_the_emptier_feed_is_taken() -> None:
    hall = site([domain("a", "20kW"), domain("b", "90kW")], [rack("r1", by=["a"]), rack("r2", by=["b"])])
    decided = plan(snapshot([node("n1"), node("n2", "r2")], [waiter("p", shape(8))], hall))
    assert places(decided) == {"p": "n2"}


def test_scarce_hardware_is_left_to_those_who_have_no_other() -> None:
    nodes = [node("n1", profile="h200"), node("n2", "r2", profile="l40s", draw=draw(8, kw(1), kw(1)))]
    picky = waiters(8, shape(1, accelerators=("h200",)), name="picky", since=1)
    decided = plan(snapshot(nodes, [*waiters(8, shape(1), name="any"), *picky]))
    assert not decided.refusals


def test_a_whole_run_is_placed_on_few_nodes() -> None:
    nodes = [node(f"n{i}", f"r{i % 2 + 1}") for i in range(8)]
    decided = plan(snapshot(nodes, waiters(16, shape(1)), small_site(2, "500kW")))
    assert len(set(places(decided).values())) == 2
