"""What namespaces and pools say about where pods may run, and what a plan makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from ampacity import names
from ampacity.core.placement import plan
from ampacity.core.plan import Plan, Reason
from ampacity.core.residency import ANYWHERE, Area, Namespaces, Residency
from ampacity.core.site import Site
from ampacity.translate.residency import known, read_namespace, residency_of_pool
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.fleet import small_site
from tests.builders.kube import node, pod
from tests.builders.world import pool, world


def namespace(annotation: str | None, name: str = "default") -> dict[str, Any]:
    annotations = {} if annotation is None else {names.RESIDENCY: annotation}
    return {"metadata": {"name": name, "uid": name, "resourceVersion": "1", "annotations": annotations}}


def test_an_annotation_lists_countries_and_regions() -> None:
    record = read_namespace(namespace(" FR , DE/bavaria"))
    assert record.residency == Residency((Area("FR"), Area("DE", "bavaria")), "namespace default")


def test_a_namespace_without_the_annotation_says_nothing() -> None:
    assert read_namespace(namespace(None)).residency is None
    assert residency_of_pool(None) is None


@pytest.mark.parametrize("text", ["", "Germany", "FR;DE", "fr", "FR,", "FR/", "FR, DE, X" + "X" * 500])
def test_what_is_no_country_is_a_doubt_with_a_remedy(text: str) -> None:
    residency = read_namespace(namespace(text)).residency
    assert residency is not None
    assert names.RESIDENCY in residency.doubt
    assert "write the two capital letters" in residency.doubt
    assert len(residency.doubt) < 600


def site(name: str, country: str) -> Site:
    return replace(small_site(name=name), country=country)


SITES = [site("lul", "SE"), site("par", "FR")]
NODES = [node(f"{name}-1", site=name) for name in ("lul", "par")]


def planned(*pods: Any, namespaces: Namespaces = ANYWHERE, **more: Any) -> Plan:
    return plan(build_snapshot(world(*pods, sites=SITES, nodes=NODES, namespaces=namespaces, **more)))


def allowing(annotation: str) -> Namespaces:
    return known([read_namespace(namespace(annotation))])


@pytest.mark.parametrize(("annotation", "place"), [("FR", "par"), ("SE", "lul")])
def test_a_pod_goes_where_its_namespace_allows(annotation: str, place: str) -> None:
    made = planned(pod("p1"), pod("p2"), namespaces=allowing(annotation))
    assert [grant.site for grant in made.grants] == [place, place]


@pytest.mark.parametrize("labels", [{}, {names.SITE: "lul"}])
def test_a_pod_that_may_go_nowhere_is_told_why(labels: Mapping[str, str]) -> None:
    (refusal,) = planned(pod("p1", labels=labels), namespaces=allowing("DE")).refusals
    assert refusal.reason is Reason.NOT_ALLOWED
    assert refusal.sentence.startswith(
        "namespace default allows only DE; without that, there would be lul (in SE)"
    )


def test_a_namespace_that_cannot_be_read_lets_nothing_begin() -> None:
    (refusal,) = planned(pod("p1"), namespaces=allowing("Sweden")).refusals
    assert refusal.reason is Reason.NOT_ALLOWED
    assert "'Sweden' is no country or region" in refusal.sentence


def test_replicas_go_where_pool_and_namespace_allow() -> None:
    french = pool(replicas=2, residency=residency_of_pool(["FR", "DE"]))
    made = planned(pools=(french,), namespaces=allowing("FR, SE"))
    assert [grant.site for grant in made.grants] == ["par", "par"]


def test_replicas_that_may_go_nowhere_are_told_why() -> None:
    german = pool(replicas=1, residency=residency_of_pool(["DE"]))
    (refusal,) = planned(pools=(german,)).refusals
    assert refusal.reason is Reason.NOT_ALLOWED
    assert "the pool's placement.residency allows only DE" in refusal.sentence


def test_a_pool_that_no_site_would_take_anyway_hears_of_its_tiers() -> None:
    edge = pool(replicas=1, tiers=("Orbit",), residency=residency_of_pool(["DE"]))
    (refusal,) = planned(pools=(edge,)).refusals
    assert refusal.reason is Reason.NO_MATCHING_NODE
