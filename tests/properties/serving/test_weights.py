"""No weight ever leads where an origin may not go, or where nothing is ready; and nothing is lost."""

from __future__ import annotations

import string
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.core.distribution.answer import Share
from ampacity.core.distribution.model import Demand, Pool, Residency, Rtt
from ampacity.core.distribution.targets import Targets
from ampacity.core.residency import Namespaces
from ampacity.translate.residency import areas_at, residency_of_pool
from ampacity.translate.serving.origins import Standing, split
from ampacity.translate.serving.weights import TOTAL
from tests.builders.fleet import small_site
from tests.builders.world import pool

COUNTRIES = ("FR", "DE", "AU")
NAMES = tuple(string.ascii_lowercase[:8])
REGIONS = ("north", "south", NAMES[0])
BOUND_MS = 50.0

_some = st.none() | st.lists(st.sampled_from(COUNTRIES), min_size=1, max_size=2, unique=True)
_sites = st.lists(st.sampled_from(NAMES), min_size=1, max_size=8, unique=True)
_counts = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 9), max_size=8)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """Any pool, with rows, spill and round trips that may have nothing to do with what is allowed now."""
    sites = {
        name: replace(
            small_site(), name=name, country=draw(st.sampled_from(COUNTRIES)), lost=draw(st.booleans())
        )
        for name in draw(_sites)
    }
    served_from = {region: draw(_some) for region in REGIONS}
    serve = {region: frozenset(some) for region, some in served_from.items() if some}
    demand = tuple(Demand(region, draw(st.floats(0, 9)), 1, 1) for region in REGIONS if draw(st.booleans()))
    wish = Pool("default/chat", (), demand, residency=(Residency(None, serve),), max_rtt_ms=BOUND_MS)
    targets = Targets(
        replicas={(site, "v"): count for site, count in draw(_counts).items() if count},
        work=draw(st.floats(0, 20)),
        shares={region: _row(draw) for region in REGIONS if draw(st.booleans())},
        spill={region: tuple(draw(_sites)) for region in REGIONS if draw(st.booleans())},
        rtts={(region, site): Rtt(draw(st.floats(1, 100))) for region in REGIONS for site in draw(_sites)},
    )
    bound, spaces = draw(_some), {"default": residency_of_pool(draw(_some))}
    record = pool(residency=residency_of_pool(bound), wish=draw(st.sampled_from([wish, None])))
    closed = frozenset(draw(st.lists(st.sampled_from(NAMES), max_size=2)))
    decided = draw(st.sampled_from([targets, None]))
    return Standing(record, draw(_counts), sites, Namespaces(spaces, complete=True), decided, closed)


def _row(draw: st.DrawFn) -> tuple[Share, ...]:
    parts = {site: draw(st.floats(0.01, 1)) for site in draw(_sites)}
    return tuple(Share(site, part / sum(parts.values())) for site, part in parts.items())


@given(standings(), st.sampled_from([*REGIONS, ""]))
@settings(max_examples=1_000)
def test_no_weight_is_outside(standing: Standing, region: str) -> None:
    found = split(standing, region)
    assert all(_allowed(standing, region, site) for site in found.order)
    assert found.weights.keys() <= set(found.order)
    assert all(weight > 0 and standing.ready[site] > 0 for site, weight in found.weights.items())
    ready = any(standing.ready.get(site) for site in found.order)
    assert sum(found.weights.values()) == (TOTAL if ready else 0)


@given(standings(), st.sampled_from([*REGIONS, ""]))
def test_every_ready_site_that_may_serve_is_thought_of(standing: Standing, region: str) -> None:
    allowed = {site for site in standing.ready if _allowed(standing, region, site)}
    assert allowed <= set(split(standing, region).order)


def _allowed(standing: Standing, region: str, name: str) -> bool:
    """The same by another way: what pool, namespace and region each allow, put side by side."""
    record, site = standing.record, standing.sites.get(name)
    bounds = [bound for bound in (record.residency, *standing.namespaces.of("default")) if bound]
    serve = record.wish.residency[0].serve if record.wish else {}
    if name in standing.closed or (site is None and (bounds or record.wish)):
        return False
    if site is None:
        return True
    near = standing.targets.rtts.get((region, name)) if standing.targets and record.wish else None
    asked = [serve[region]] if region in serve else [] if region else list(serve.values())
    return (
        not site.lost
        and all(site.country in {area.country for area in bound.areas} for bound in bounds)
        and all(areas_at(site) & areas for areas in asked)
        and (near is None or near.ms <= BOUND_MS)
    )
