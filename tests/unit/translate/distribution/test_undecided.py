"""Pools that cannot be decided: told at the user's field, and nobody else suffers for them."""

from typing import Any

import pytest

from ampacity.core.site import Problem
from ampacity.translate.records import World
from tests.builders.asked import LULEA, PARIS, namespace, pool, region, site, targets, world


def problems(found: World) -> list[Problem]:
    return list(targets(found)["default/chat"].problems)


@pytest.mark.parametrize(
    ("spec", "path", "said"),
    [
        (pool("chat", region("pariss")), "spec.demand.regions[0].region", "did you mean paris?"),
        (
            pool("chat", region(), placement={"residency": ["JP"]}),
            "spec.placement.residency",
            "it excludes every site: allowed are JP, sites are in FR, SE",
        ),
        (
            pool("chat", region(), placement={"spread": {"sites": 3}}),
            "spec.placement.spread.sites",
            "3 sites are asked for, 2 are accepted",
        ),
        (
            pool("chat", region(), placement={"spread": {"maxSharePercent": 40}}),
            "spec.placement.spread.maxSharePercent",
            "2 accepted sites with at most 40% each make no whole",
        ),
        (
            pool("chat", region(), placement={"tiers": ["Edge"], "spread": {"surviveSiteLoss": True}}),
            "spec.placement.spread.surviveSiteLoss",
            "one accepted site cannot survive its own loss",
        ),
        (
            pool("chat", region(), latency={"roundTripMilliseconds": 1}),
            "spec.latency.roundTripMilliseconds",
            "the shortest round trip to an accepted site is 2.0 ms, the bound is 1 ms",
        ),
        (
            pool("chat", region(), latency={"timeToFirstTokenMilliseconds": 500}),
            "spec.latency.timeToFirstTokenMilliseconds",
            "the earliest first token takes 2002 ms (2000 ms of them in the model), the bound is 500 ms",
        ),
    ],
)
def test_what_cannot_be_meant_is_told_at_the_field(spec: dict[str, Any], path: str, said: str) -> None:
    france = PARIS | {"spec": PARIS["spec"] | {"location": {"country": "FR"}}}
    [problem] = problems(world([france, LULEA], [spec]))
    assert problem.path == path
    assert said in problem.message
    assert problem.remedy


def test_a_namespace_that_excludes_every_site_is_told_as_such() -> None:
    found = world(
        [LULEA], [pool("chat", region("lulea"), namespace="health")], namespaces=[namespace("health", "FR")]
    )
    [problem] = targets(found)["health/chat"].problems
    assert problem.path == "metadata.namespace"


def test_a_pool_and_its_namespace_that_allow_nothing_together() -> None:
    home = site("paris", location={"country": "FR"})
    asked_for = pool("chat", region("paris"), namespace="health", placement={"residency": ["SE"]})
    found = world([home, LULEA], [asked_for], namespaces=[namespace("health", "FR")])
    [problem] = targets(found)["health/chat"].problems
    assert problem.path == "spec.placement.residency"
    assert "allowed are SE and at once FR, sites are in FR, SE" in problem.message


def test_an_annotation_that_cannot_be_read_leaves_the_pool_as_it_is() -> None:
    found = world(
        [LULEA],
        [pool("chat", region("lulea"), namespace="health"), pool("other", region("lulea", 20))],
        namespaces=[namespace("health", "Europe")],
    )
    decided = targets(found)
    [problem] = decided["health/chat"].problems
    assert problem.path == "metadata.namespace" and "'Europe'" in problem.message
    assert decided["default/other"].by_site == {"lulea": 4}, "and nobody else suffers for it"
