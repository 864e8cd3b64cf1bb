"""Sites and accelerators in the pod's own order; what a preference may cost."""

from __future__ import annotations

from ampacity.core.placement import Policy, plan
from tests.builders.fleet import draw, node, places, shape, small_site, snapshot, waiter, waiters
from tests.builders.power import kw

EDGE, CENTRAL = small_site(1, "100kW", "edge"), small_site(1, "100kW", "central")
BIG_AND_SMALL = [node("big", profile="big", draw=draw(8, 0, kw(3))),
                 node("small", profile="small", draw=draw(8, 0, kw(1)))]
BOTH = [node("e1", site="edge"), node("c1", site="central")]


def test_the_first_site_is_filled_before_the_second() -> None:
    decided = plan(snapshot(BOTH, waiters(10, shape(1, sites=("edge", "central"))), EDGE, CENTRAL))
    assert sorted(places(decided).values()) == ["c1"] * 2 + ["e1"] * 8


def test_only_listed_sites_are_used() -> None:
    decided = plan(snapshot(BOTH, waiters(10, shape(1, sites=("edge",))), EDGE, CENTRAL))
    assert set(places(decided).values()) == {"e1"}
    assert [reason.site for reason in decided.refusals[0].sites] == ["edge"]


def test_without_a_list_any_site_will_do() -> None:
    decided = plan(snapshot(BOTH, waiters(16), EDGE, CENTRAL))
    assert not decided.refusals


def test_accelerators_in_order_of_preference() -> None:
    nodes = [node("n1", profile="l40s"), node("n2", profile="h200"), node("n3", profile="mi300")]
    decided = plan(snapshot(nodes, waiters(10, shape(1, accelerators=("h200", "l40s")))))
    assert sorted(places(decided).values()) == ["n1"] * 2 + ["n2"] * 8


def test_a_preference_never_costs_an_equal_pod_its_place() -> None:
    """Watts for two GPUs of the hungry kind that is preferred, or for six of the other."""
    liking = shape(1, accelerators=("big", "small"))
    decided = plan(snapshot(BIG_AND_SMALL, waiters(6, liking), small_site(1, "6kW")))
    assert sorted(places(decided).values()) == ["small"] * 6
    few = plan(snapshot(BIG_AND_SMALL, waiters(2, liking), small_site(1, "6kW")))
    assert sorted(places(few).values()) == ["big"] * 2


def test_of_equal_numbers_the_better_liked_places_are_kept() -> None:
    liking = shape(1, accelerators=("big", "small"))
    decided = plan(snapshot(BIG_AND_SMALL, waiters(4, liking), small_site(1, "6kW")))
    assert sorted(places(decided).values()) == ["big"] + ["small"] * 3


def test_a_lower_priority_never_costs_a_higher_one_its_liking() -> None:
    nodes = [node("n1", profile="h200"), node("n2", "r2", profile="l40s")]
    first = waiters(8, shape(1, accelerators=("h200", "l40s")), name="first", priority=1)
    second = waiters(8, shape(1, accelerators=("h200",)), name="second")
    decided = plan(snapshot(nodes, [*first, *second]))
    assert {place for name, place in places(decided).items() if name.startswith("first")} == {"n1"}
    assert len(decided.refusals) == 8


def test_a_higher_priority_makes_room_where_it_does_not_mind() -> None:
    """Nothing is taken from the flexible pods; they only move to where the others cannot go."""
    nodes = [node("n1", profile="h200", labels={"k": "v"}), node("n2", "r2", profile="l40s")]
    first = waiters(8, shape(1), name="first", priority=1)
    second = waiters(8, shape(1, accelerators=("h200",)), name="second")
    assert not plan(snapshot(nodes, [*first, *second])).refusals


def test_age_order_gives_way_where_it_costs_too_much() -> None:
    """Old pods of the hungry kind, young ones of the frugal: 3 GPUs in age order, 9 without it."""
    small = node("small", profile="small", draw=draw(9, 0, kw(1)))
    waiting = [*waiters(3, shape(1, accelerators=("big",)), name="old"),
               *waiters(9, shape(1, accelerators=("small",)), name="young", since=1)]
    start = snapshot([BIG_AND_SMALL[0], small], waiting, small_site(1, "9kW"))
    assert len(plan(start).grants) == 9
    patient = plan(start, Policy(age_costs=900_000))
    assert sorted(place for place in places(patient).values()) == ["big"] * 3


def test_the_oldest_of_a_shape_get_its_places() -> None:
    decided = plan(snapshot([node()], [waiter(f"p{i}", shape(4), since=i) for i in range(5)]))
    assert set(places(decided)) == {"p0", "p1"}
