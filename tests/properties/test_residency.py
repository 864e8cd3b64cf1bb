"""No pod is ever given a place outside of what its namespace and its pool allow, and whoever is left without
a site for it is told so."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity import names
from ampacity.core.placement import plan
from ampacity.core.plan import Reason
from ampacity.core.residency import Residency
from ampacity.core.site import Site
from ampacity.translate.records import NodeRecord, PodRecord, PoolRecord
from ampacity.translate.residency import known, read_namespace, residency_of_pool
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.fleet import small_site
from tests.builders.kube import node, pod
from tests.builders.world import pool, world

AREAS = ("SE", "FR", "FR/bretagne", "DE/bavaria", "AU")
LISTS = st.lists(st.sampled_from(AREAS), min_size=1, max_size=3, unique=True)
ANNOTATIONS = st.one_of(st.none(), st.just("Europe"), LISTS.map(", ".join))
PLACES = st.sampled_from(
    [("", ""), ("SE", ""), ("FR", "bretagne"), ("FR", ""), ("DE", "bavaria"), ("AU", "")]
)
SPACES = ("default", "eu", "new")
"""Of which the last is not among the namespaces that have been seen."""

SITES = st.lists(PLACES, min_size=1, max_size=4)
PODS = st.lists(st.tuples(st.sampled_from(SPACES), st.sampled_from(["", "s0", "s1"])), max_size=8)
POOLS = st.lists(st.tuples(st.integers(0, 4), st.one_of(st.none(), LISTS)), max_size=3)


def fleet(places: list[tuple[str, str]]) -> tuple[list[Site], list[NodeRecord]]:
    sites = [
        replace(small_site(name=f"s{number}"), country=country, region=region)
        for number, (country, region) in enumerate(places)
    ]
    return sites, [node(f"{site.name}-1", site=site.name) for site in sites]


def waiting(pods: list[tuple[str, str]]) -> list[PodRecord]:
    return [
        pod(f"p{number}", namespace=space, labels={names.SITE: site} if site else {})
        for number, (space, site) in enumerate(pods)
    ]


def pools(wanted: list[tuple[int, list[str] | None]]) -> list[PoolRecord]:
    return [
        pool(f"pool{number}", replicas=replicas, residency=residency_of_pool(areas))
        for number, (replicas, areas) in enumerate(wanted)
    ]


def inside(site: Site, text: str | None) -> bool:
    """By the letter of the annotation, without the code under test."""
    if text is None:
        return True
    return bool(site.country) and bool(
        {site.country, f"{site.country}/{site.region}"} & set(text.split(", "))
    )


@settings(max_examples=1_000)
@given(SITES, PODS, POOLS, st.tuples(ANNOTATIONS, ANNOTATIONS))
def test_residency_holds_for_every_grant(
    places: list[tuple[str, str]],
    pods: list[tuple[str, str]],
    wanted: list[tuple[int, list[str] | None]],
    said: tuple[str | None, str | None],
) -> None:
    sites, nodes = fleet(places)
    spaces = dict(zip(SPACES, said, strict=False))
    objects = [
        {"metadata": {"name": name, "annotations": {} if text is None else {names.RESIDENCY: text}}}
        for name, text in spaces.items()
    ]
    bound = {f"default/{record.name}": record.residency for record in pools(wanted)}
    made = plan(
        build_snapshot(
            world(
                *waiting(pods), sites=sites, nodes=nodes, pools=tuple(pools(wanted)),
                namespaces=known(map(read_namespace, objects)),
            )
        )
    )  # fmt: skip
    by_name = {site.name: site for site in sites}
    for grant in made.grants:
        space, _, rest = grant.waiter.name.partition("/")
        assert space in spaces
        assert inside(by_name[grant.site], spaces[space])
        own: Residency | None = bound.get(f"{space}/{rest.partition('/')[0]}")
        assert own is None or own.allows(by_name[grant.site])
    for refusal in made.refusals:
        text = spaces.get(refusal.waiter.name.partition("/")[0], "not seen")
        if not any(inside(site, text) for site in sites):
            assert refusal.reason in (Reason.NOT_ALLOWED, Reason.NO_ENVELOPE)
