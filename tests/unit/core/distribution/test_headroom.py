"""How much more a site's nodes could draw."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ampacity.core.distribution import site_headroom
from ampacity.core.distribution.headroom import overdrawn
from ampacity.core.placement import plan
from ampacity.core.snapshot import NodeView, SiteView, Snapshot
from tests.builders.fleet import node, shape, small_site, snapshot, waiters
from tests.builders.power import domain, kw, rack, site


def room(nodes: list[NodeView], capacity: str = "100kW") -> int:
    return site_headroom(snapshot(nodes, [], small_site(2, capacity)))["hall"]


@pytest.mark.parametrize(("capacity", "left"), [("100kW", 8.0), ("5kW", 3.0), ("2kW", 0.0), ("1kW", 0.0)])
def test_what_idle_gpus_would_draw_or_the_feed_still_carries(capacity: str, left: float) -> None:
    assert abs(room([node()], capacity) - kw(left)) <= 10


def test_nodes_that_admit_nothing_offer_nothing() -> None:
    assert room([node(admits=False), node("n2", used=8), node("n3", rack=None)]) == 0
    assert room([replace(node(), draw=None)]) == 0


def test_a_site_that_admits_nothing_offers_nothing() -> None:
    start = snapshot([node()], [])
    shut = {name: replace(view, admits=False) for name, view in start.sites.items()}
    assert site_headroom(replace(start, sites=shut)) == {"hall": 0}


@pytest.mark.parametrize(("capacity", "over"), [("6kW", False), ("5.9kW", True)])
def test_a_site_whose_limit_is_below_its_load_is_overdrawn(capacity: str, over: bool) -> None:
    busy = snapshot([node(used=4)], [], small_site(2, capacity))
    assert ("hall" in overdrawn(busy)) is over


def test_a_site_without_nodes_offers_nothing() -> None:
    assert site_headroom(snapshot([], [])) == {"hall": 0}


def test_it_is_never_more_than_placement_reaches() -> None:
    hall = site([domain("a", "9kW", "UPS", fails=True), domain("b", "9kW", "UPS", fails=True)],
                [rack("r1", by=["a", "b"]), rack("r2", by=["a"])])
    start = snapshot([node("n1"), node("n2", "r2")], waiters(16, shape(1)), hall)
    reached = sum(grant.load.power for grant in plan(start).grants)
    assert 0 < site_headroom(start)["hall"] <= reached + kw(1)


def test_load_that_no_node_carries_counts() -> None:
    start = snapshot([node()], [], small_site(1, "5kW"))
    views = {name: SiteView(view.rows, {"r1": node().load}) for name, view in start.sites.items()}
    assert abs(site_headroom(Snapshot(views, start.nodes, ()))["hall"] - kw(1)) <= 10
