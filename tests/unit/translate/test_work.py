"""Training goes where the fabric is, batch goes last, and a label that nobody knows goes nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from ampacity import names
from ampacity.core.placement import plan
from ampacity.core.plan import Plan, Reason
from ampacity.core.site import Site, Tier
from ampacity.translate.records import PodRecord
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.fleet import small_site
from tests.builders.kube import node, pod
from tests.builders.world import pool, world

TRAINING = {names.WORKLOAD: "training"}


def site(name: str, tier: Tier, interconnect: int | None = None) -> Site:
    return replace(small_site(name=name), tier=tier, interconnect=interconnect)


EDGE, HALL = site("ams", Tier.EDGE), site("par", Tier.CENTRAL)
WIRED, SMALL = site("osl", Tier.EDGE, 64), site("zrh", Tier.CENTRAL, 8)


def planned(*pods: PodRecord, sites: tuple[Site, ...], **more: Any) -> Plan:
    nodes = [node(f"{one.name}-1", site=one.name) for one in sites]
    return plan(build_snapshot(world(*pods, sites=sites, nodes=nodes, **more)))


def sites_of(made: Plan) -> set[str]:
    return {grant.site for grant in made.grants}


@pytest.mark.parametrize(
    ("labels", "sites", "places"),
    [
        (TRAINING, (EDGE, HALL), {"par"}),
        (TRAINING, (EDGE, WIRED), {"osl"}),
        (TRAINING | {names.INTERCONNECT: "32"}, (WIRED, SMALL), {"osl"}),
        (TRAINING | {names.INTERCONNECT: "1000"}, (WIRED, HALL), {"par"}),
        (TRAINING | {names.SITE: "ams"}, (EDGE, HALL), {"ams"}),
        ({names.WORKLOAD: "inference"}, (EDGE,), {"ams"}),
        ({}, (EDGE,), {"ams"}),
    ],
)
def test_training_goes_where_the_fabric_is(
    labels: Mapping[str, str], sites: tuple[Site, ...], places: set[str]
) -> None:
    assert sites_of(planned(*(pod(f"p{i}", labels=labels) for i in range(3)), sites=sites)) == places


def test_training_without_a_fabric_is_told_why() -> None:
    labels = TRAINING | {names.INTERCONNECT: "32"}
    (refusal,) = planned(pod("p1", labels=labels), sites=(EDGE, SMALL)).refusals
    assert refusal.reason is Reason.NOT_ALLOWED
    assert refusal.sentence == (
        "training over 32 GPUs needs a Central site, or one whose spec.interconnect joins as many;"
        " without that, there would be ams (Edge, states no interconnect), zrh (Central, joins 8 GPUs)"
    )


def test_replicas_of_a_pool_that_trains_stay_central_too() -> None:
    shape = replace(pool().shape, labels=tuple(TRAINING.items()))
    made = planned(sites=(EDGE, HALL), pools=(pool(replicas=2, shape=shape, tiers=("Edge", "Central")),))
    assert sites_of(made) == {"par"}


@pytest.mark.parametrize(
    ("labels", "remedy"),
    [
        ({names.WORKLOAD: "trainning"}, "write one of inference, training, batch"),
        (TRAINING | {names.INTERCONNECT: "many"}, "write how many GPUs the whole job joins"),
    ],
)
def test_a_label_that_cannot_be_read_lets_nothing_begin(labels: Mapping[str, str], remedy: str) -> None:
    (refusal,) = planned(pod("p1", labels=labels), sites=(HALL,)).refusals
    assert refusal.reason is Reason.NOT_ALLOWED
    assert remedy in refusal.sentence


def test_batch_gives_way_to_what_came_later_at_the_same_priority() -> None:
    """A node of eight GPUs, and eleven pods that want one each: the batch was there first."""
    batch = [pod(f"b{i}", labels={names.WORKLOAD: "batch"}, annotations={names.SINCE: "1"}) for i in range(6)]
    others = [pod(f"p{i}") for i in range(5)]
    made = planned(*batch, *others, sites=(HALL,))
    placed = {grant.waiter.name.partition("/")[2][0]: 0 for grant in made.grants}
    for grant in made.grants:
        placed[grant.waiter.name.partition("/")[2][0]] += 1
    assert placed == {"p": 5, "b": 3}


def test_batch_of_a_higher_priority_still_goes_first() -> None:
    batch = [replace(pod(f"b{i}", labels={names.WORKLOAD: "batch"}), priority=1) for i in range(6)]
    made = planned(*batch, *(pod(f"p{i}") for i in range(5)), sites=(HALL,))
    assert sum(grant.waiter.batch for grant in made.grants) == 6
