"""Rules between pods: affinity, anti-affinity both ways, hard spread."""

from __future__ import annotations

from collections import Counter

import pytest

from ampacity.core.placement import plan
from ampacity.core.snapshot import AntiAffinity, NodeView, PodSelector, Shape
from tests.builders.fleet import (
    apart,
    label_in,
    node,
    places,
    pods_with,
    resident,
    shape,
    snapshot,
    spread,
    together,
    waiter,
    waiters,
)

WEB = (("app", "web"),)
ZONE = "zone"


def zoned(*zones: str) -> list[NodeView]:
    """One node per entry, in two racks, with its zone as a label ("" for none)."""
    return [node(f"n{i + 1}", f"r{i % 2 + 1}", labels={ZONE: zone} if zone else {})
            for i, zone in enumerate(zones)]


def web(**more: object) -> Shape:
    return shape(1, labels=WEB, **more)  # type: ignore[arg-type]


def test_pods_that_repel_each_other_take_a_node_each() -> None:
    decided = plan(snapshot(zoned("a", "a", "b"), waiters(5, web(rules=(apart("app", "web"),)))))
    assert sorted(places(decided).values()) == ["n1", "n2", "n3"]
    assert decided.refusals[0].reason == "PodRulesUnsatisfied"


def test_anti_affinity_over_a_zone_keeps_out_of_the_whole_zone() -> None:
    there = [resident("n1", {"app": "web"})]
    asks = shape(1, rules=(apart("app", "web", ZONE),))
    decided = plan(snapshot(zoned("a", "a", "b"), [waiter("p", asks)], residents=there))
    assert places(decided) == {"p": "n3"}


def test_a_node_without_the_label_is_in_no_domain() -> None:
    there = [resident("n1", {"app": "web"})]
    asks = shape(1, rules=(apart("app", "web", ZONE),))
    decided = plan(snapshot(zoned("a", "a", ""), [waiter("p", asks)], residents=there))
    assert places(decided) == {"p": "n3"}


def test_those_already_there_may_repel_the_newcomer() -> None:
    there = [resident("n1", {"app": "db"}, apart("app", "web", ZONE))]
    decided = plan(snapshot(zoned("a", "a", "b"), [waiter("p", web())], residents=there))
    assert places(decided) == {"p": "n3"}
    assert plan(snapshot(zoned("a"), [waiter("other", shape(1))], residents=there)).grants


def test_those_granted_a_moment_ago_repel_too() -> None:
    lonely = shape(1, labels=(("app", "db"),), rules=(apart("app", "web"),))
    decided = plan(snapshot(zoned("a"), [waiter("db", lonely, since=1), waiter("web", web(), since=2)]))
    assert places(decided) == {"db": "n1"}


@pytest.mark.parametrize(("namespaces", "repelled"), [((), False), (("other",), True), (("*",), True)])
def test_a_rule_names_pods_of_its_own_namespace_or_of_those_it_lists(
    namespaces: tuple[str, ...], repelled: bool
) -> None:
    rule = AntiAffinity(pods_with("app", "web", namespaces=namespaces), ZONE)
    there = [resident("n1", {"app": "web"}, namespace="other")]
    decided = plan(snapshot(zoned("a"), [waiter("p", shape(1, rules=(rule,)))], residents=there))
    assert bool(decided.refusals) is repelled


def test_affinity_follows_the_pod_it_names() -> None:
    there = [resident("n2", {"app": "db"})]
    asks = web(rules=(together("app", "db", ZONE),))
    decided = plan(snapshot(zoned("a", "b", "b"), waiters(3, asks), residents=there))
    assert set(places(decided).values()) <= {"n2", "n3"}


def test_affinity_to_nobody_waits_unless_it_names_itself() -> None:
    alone = plan(snapshot(zoned("a", "b"), [waiter("p", web(rules=(together("app", "db", ZONE),)))]))
    assert alone.refusals[0].reason == "PodRulesUnsatisfied"
    first = plan(snapshot(zoned("a", "b"), waiters(10, web(rules=(together("app", "web", ZONE),)))))
    assert len(set(places(first).values())) == 1
    assert len(first.grants) == 8


def test_one_pod_must_satisfy_all_affinity_rules_at_once() -> None:
    both = web(rules=(together("app", "db", ZONE), together("tier", "gold", ZONE)))
    halves = [resident("n1", {"app": "db"}), resident("n1", {"tier": "gold"})]
    whole = [resident("n2", {"app": "db", "tier": "gold"})]
    assert plan(snapshot(zoned("a", "b"), [waiter("p", both)], residents=halves)).refusals
    decided = plan(snapshot(zoned("a", "b"), [waiter("p", both)], residents=halves + whole))
    assert places(decided) == {"p": "n2"}


def test_affinity_needs_the_label_on_the_node() -> None:
    decided = plan(snapshot(zoned("", "b"), [waiter("p", web(rules=(together("app", "web", ZONE),)))]))
    assert places(decided) == {"p": "n2"}


def test_spread_keeps_the_skew() -> None:
    decided = plan(snapshot(zoned("a", "b", "c"), waiters(7, web(spread=(spread("app", "web", ZONE),)))))
    assert sorted(Counter(places(decided).values()).values()) == [2, 2, 3]


def test_spread_counts_those_already_there() -> None:
    there = [resident("n1", {"app": "web"}), resident("n1", {"app": "web"})]
    asks = web(spread=(spread("app", "web", ZONE, skew=2),))
    decided = plan(snapshot(zoned("a", "b"), waiters(2, asks), residents=there))
    assert Counter(places(decided).values()) in (Counter(n2=2), Counter(n1=1, n2=1))
    strict = web(spread=(spread("app", "web", ZONE),))
    only = plan(snapshot(zoned("a", "b"), [waiter("p", strict)], residents=there))
    assert places(only) == {"p": "n2"}


def test_spread_over_too_few_domains_measures_from_zero() -> None:
    asks = web(spread=(spread("app", "web", ZONE, skew=1, min_domains=3),))
    decided = plan(snapshot(zoned("a", "b"), waiters(5, asks)))
    assert Counter(places(decided).values()) == Counter(n1=1, n2=1)


def test_spread_does_not_count_domains_the_pod_may_not_use() -> None:
    asks = web(spread=(spread("app", "web", ZONE),), node_terms=((label_in(ZONE, "a"),),))
    assert len(plan(snapshot(zoned("a", "b"), waiters(4, asks))).grants) == 4


def test_spread_needs_the_label_on_the_node() -> None:
    decided = plan(snapshot(zoned("", "a"), waiters(2, web(spread=(spread("app", "web", ZONE),)))))
    assert set(places(decided).values()) == {"n2"}


def test_a_selector_without_requirements_names_every_pod() -> None:
    rule = AntiAffinity(PodSelector((), ()), ZONE)
    asks = shape(1, rules=(rule,))
    decided = plan(snapshot(zoned("a", "b"), [waiter("p", asks)], residents=[resident("n1")]))
    assert places(decided) == {"p": "n2"}
