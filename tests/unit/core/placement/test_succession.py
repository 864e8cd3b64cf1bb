"""Who could take over whose place."""

from __future__ import annotations

from dataclasses import replace

from ampacity.core.placement.succession import Place, Succession
from ampacity.core.snapshot import AntiAffinity, PodSelector, Requirement, Shape
from tests.builders.fleet import HOSTNAME, node, shape, snapshot

HERE = shape(1)


def apart(*keys: str) -> AntiAffinity:
    """Not two of them on one node; `keys`: labels by which they know each other."""
    wanted = tuple(Requirement(key, "In", ("web",)) for key in keys)
    return AntiAffinity(PodSelector(wanted, ()), HOSTNAME)


def takes_over(new: Shape, *old: Shape) -> bool:
    """On one node of eight GPUs, all of them at work."""
    moment = snapshot([node(used=8)], [])
    return Succession(moment, [new]).takes_over(new, [Place(one, "n1") for one in old])


def test_an_equal_takes_over() -> None:
    assert takes_over(HERE, HERE, HERE)


def test_where_nobody_leaves_nothing_stands_in_the_way() -> None:
    assert takes_over(HERE)


def test_a_rule_that_both_have_is_no_obstacle() -> None:
    """The one who leaves is the very pod from which the successor must keep away."""
    ruled = replace(HERE, rules=(apart("app"),))
    assert takes_over(ruled, ruled)


def test_a_rule_that_is_new_is_not_relied_on() -> None:
    assert not takes_over(replace(HERE, rules=(apart("app"),)), HERE)
    assert not takes_over(HERE, replace(HERE, rules=(apart("app"),)))


def test_rules_of_two_templates_are_the_same_but_for_the_templates_label() -> None:
    old = replace(HERE, rules=(apart("app", "pod-template-hash"),))
    assert takes_over(replace(HERE, rules=(apart("app"),)), old)


def test_whose_draw_nobody_knows_takes_over_nothing() -> None:
    assert not takes_over(replace(HERE, unknown_draw="it asks for devices by claim"), HERE)
