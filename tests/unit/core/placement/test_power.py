"""Rows, power supplies and shared GPUs decide how many pods a rack carries."""

from __future__ import annotations

import pytest

from ampacity.core.load import Load, Supplies
from ampacity.core.placement import plan
from ampacity.core.rows import RackContents
from ampacity.core.site import Declared
from ampacity.core.snapshot import SiteView
from tests.builders.fleet import draw, node, places, shape, small_site, snapshot, waiter, waiters
from tests.builders.power import AIR, cooler, domain, kw, rack, site

TWO_FEEDS = [domain("feed-a", "10kW", "Feed", fails=True), domain("feed-b", "10kW", "Feed", fails=True)]


def granted(*args: object, **more: object) -> int:
    """How many get a place."""
    return len(plan(snapshot(*args, **more)).grants)  # type: ignore[arg-type]


@pytest.mark.parametrize(("capacity", "most"), [("1.999kW", 0), ("4kW", 2), ("4.999kW", 2), ("10kW", 8)])
def test_a_rack_starts_as_many_gpus_as_its_feed_carries(capacity: str, most: int) -> None:
    assert granted([node()], waiters(8), small_site(1, capacity)) == most


def test_what_is_charged_already_counts_whoever_draws_it() -> None:
    listed = snapshot([node()], waiters(8), small_site(1, "10kW"))
    views = {name: SiteView(view.rows, {"r1": Load(kw(5))}) for name, view in listed.sites.items()}
    crowded = type(listed)(views, listed.nodes, listed.waiters)
    assert len(plan(crowded).grants) == 3


def test_two_feeds_that_carry_the_load_together_but_not_alone() -> None:
    hall = site(TWO_FEEDS, [rack("r1", by=["feed-a", "feed-b"]), rack("r2", by=["feed-a", "feed-b"])])
    decided = plan(snapshot([node("n1"), node("n2", "r2")], waiters(16), hall))
    assert len(decided.grants) == 6  # 20 kW on both, 10 kW on the one that is left: 4 kW idle and 6 GPUs
    assert decided.refusals[0].reason == "InsufficientRedundancy"
    assert "if feed feed-b fails" in decided.refusals[0].sentence


def test_a_full_row_elsewhere_refuses_nothing_here() -> None:
    hall = site([domain("a", "1kW"), domain("b", "10kW")], [rack("r1", by=["a"]), rack("r2", by=["b"])])
    assert set(places(plan(snapshot([node("n1"), node("n2", "r2")], waiters(20), hall))).values()) == {"n2"}


def test_a_row_over_its_limit_takes_nothing_until_load_has_left() -> None:
    assert granted([node(used=4)], waiters(1), small_site(1, "5kW")) == 0


def test_coolant_binds_like_power() -> None:
    hall = site([domain("pdu")], [rack("r1", loop=["cdu"])], [cooler("cdu", "4kW")])
    decided = plan(snapshot([node()], waiters(8), hall))
    assert len(decided.grants) == 3  # 1.6 kW of idle heat on the loop, 0.8 kW a GPU
    assert decided.refusals[0].reason == "InsufficientCooling"


def test_air_binds_what_goes_into_air() -> None:
    hall = site([domain("pdu")], [rack("r1", loop=["cdu"], air=["crah"])],
                [cooler("cdu"), cooler("crah", "1kW", AIR)])
    assert granted([node()], waiters(8), hall) == 3


def test_a_node_starts_no_more_than_its_own_power_supplies_carry() -> None:
    weak = draw(8, kw(2), kw(1), supplies=Supplies(2, kw(3)))
    decided = plan(snapshot([node(draw=weak)], waiters(8), small_site(1, "100kW")))
    assert len(decided.grants) == 4
    assert "live power supplies of node n1 short by 1 kW" in decided.refusals[0].sentence


def test_must_survive_keeps_pods_out_of_racks_that_would_be_lost() -> None:
    hall = site(TWO_FEEDS, [rack("r1", by=["feed-a"]), rack("r2", by=["feed-a", "feed-b"])])
    nodes = [node("n1", "r1"), node("n2", "r2")]
    careful = shape(1, must_survive=frozenset({"Feed"}))
    assert set(places(plan(snapshot(nodes, waiters(3, careful), hall))).values()) == {"n2"}
    assert "n1" in places(plan(snapshot(nodes, waiters(6), hall))).values()


def test_must_survive_reads_throttling_from_what_stands_in_the_rack() -> None:
    hall = site(TWO_FEEDS, [rack("r1", by=["feed-a", "feed-b"])])
    weak = RackContents(kw(10), ((kw(10), 6, kw(3.3) // 2),))
    asks = shape(1, must_survive=frozenset({"Feed"}))
    assert granted([node()], [waiter("p", asks)], hall) == 1
    assert granted([node()], [waiter("p", asks)], hall, contents={"r1": weak}) == 0


def test_a_rack_out_of_service_takes_nothing() -> None:
    hall = site([domain("pdu", "100kW"), domain("dead", "100kW", state=Declared.FAILED)],
                [rack("r1", by=["dead"]), rack("r2")])
    decided = plan(snapshot([node("n1", "r1"), node("n2", "r2")], waiters(16), hall))
    assert set(places(decided).values()) == {"n2"}


def test_each_sharer_counts_as_a_busy_gpu_until_all_are_busy() -> None:
    sliced = node(draw=draw(2, kw(1), kw(1)), gpus=14)
    assert granted([sliced], waiters(14), small_site(1, "2.999kW")) == 1
    assert granted([sliced], waiters(14), small_site(1, "3kW")) == 14


def test_shared_gpus_are_filled_before_the_next_server_is_woken() -> None:
    cut = draw(2, kw(1), kw(1))
    nodes = [node(f"n{i}", "r1", draw=cut, gpus=14) for i in range(4)]
    assert granted(nodes, waiters(28), small_site(1, "8kW")) == 28  # 4 kW idle, 2 kW for each server in use


def test_loads_of_shared_gpus_are_charged_to_the_pods_that_wake_them() -> None:
    decided = plan(snapshot([node(draw=draw(2, kw(1), kw(1)), gpus=14)], waiters(3)))
    assert [grant.load.power for grant in decided.grants] == [kw(1), kw(1), 0]


def test_a_pod_without_gpus_costs_no_gpu_watts() -> None:
    decided = plan(snapshot([node()], [waiter("p", shape(0, cpu=4))], small_site(1, "2kW")))
    assert decided.grants[0].load == Load()
