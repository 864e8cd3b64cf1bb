"""What is decided, on questions whose answer is plain."""

from __future__ import annotations

import pytest

from ampacity.core.distribution import distribute
from ampacity.core.distribution.answer import Distribution, Share, Short
from ampacity.core.distribution.eligibility import Bar
from ampacity.core.distribution.model import Limit, Residency, Spread, Task
from tests.builders.distribution import demand, near, pool, site, variant

KW = 10**6


def counts(found: Distribution) -> dict[str, int]:
    """Replicas by site, over all pools."""
    per_site: dict[str, int] = {}
    for choice, count in found.replicas.items():
        per_site[choice.site] = per_site.get(choice.site, 0) + count
    return per_site


def test_the_nearest_site_is_filled_before_the_next() -> None:
    task = Task((site("a", 3), site("b", 5)), (pool("p", demand("r1", 4.5)),), near(r1={"a": 5, "b": 30}))
    found = distribute(task)
    assert counts(found) == {"a": 3, "b": 2}
    assert found.shares["p", "r1"] == (Share("a", pytest.approx(2 / 3)), Share("b", pytest.approx(1 / 3)))
    assert found.spill["p", "r1"] == ("a", "b")
    assert found.score.latency_ms == pytest.approx((3 * 5 + 1.5 * 30) / 4.5)


def test_each_origin_has_weights_of_its_own() -> None:
    latency = near(paris={"par": 5, "syd": 280}, sydney={"par": 280, "syd": 5})
    asked = pool("p", demand("paris", 2), demand("sydney", 2))
    found = distribute(Task((site("par"), site("syd")), (asked,), latency))
    assert found.shares["p", "paris"] == (Share("par", 1.0),)
    assert found.shares["p", "sydney"] == (Share("syd", 1.0),)
    assert found.spill["p", "paris"] == ("par", "syd")


def test_residency_holds_for_replicas_weights_and_spill() -> None:
    latency = near(paris={"par": 50, "nyc": 5})
    law = Residency(serve={"paris": frozenset({"FR"})})
    task = Task(
        (site("par", 2, country="FR"), site("nyc", 9, country="US")),
        (pool("p", demand("paris", 3), residency=(law,)),),
        latency,
    )
    found = distribute(task)
    assert counts(found) == {"par": 2}
    assert found.spill["p", "paris"] == ("par",)
    (short,) = found.unserved
    assert short.amount == pytest.approx(1.0) and short.cause.reason is Short.SLOTS
    assert short.sentence == "paris: 1 requests/s (33%) not served; par: all 2 places for h200x1 are taken"
    assert {one.site: one.reason for one in short.sites}["nyc"] is Bar.RESIDENCY


def test_higher_priority_is_served_first() -> None:
    pools = (pool("low", demand("r1", 3)), pool("high", demand("r1", 3), priority=1))
    found = distribute(Task((site("a", 4),), pools, near(r1={"a": 5})))
    assert found.score.served == ((1, 3.0), (0, 1.0))


def test_edge_comes_first_although_central_is_nearer() -> None:
    sites = site("edge", 1, "Edge"), site("core", 5, "Central")
    asked = pool("p", demand("r1", 2), tiers=("Edge", "Central"))
    found = distribute(Task(sites, (asked,), near(r1={"edge": 60, "core": 5})))
    assert counts(found) == {"edge": 1, "core": 1}


def test_without_overflow_the_rest_waits() -> None:
    sites = site("edge", 1, "Edge"), site("core", 5, "Central")
    asked = pool("p", demand("r1", 2), tiers=("Edge", "Central"), overflow=False)
    found = distribute(Task(sites, (asked,), near(r1={"edge": 60, "core": 5})))
    assert counts(found) == {"edge": 1}
    assert [one.sentence for one in found.unserved[0].sites] == [
        "all 1 places for h200x1 are taken",
        "overflow to tier Central is off",
    ]


def test_plain_replicas_prefer_the_first_tier_and_keep_their_spread() -> None:
    sites = site("e1", 4, "Edge"), site("e2", 4, "Edge"), site("core", 4, "Central")
    asked = pool("p", replicas=4, tiers=("Edge", "Central"), spread=Spread(sites=2, share=0.5))
    assert counts(distribute(Task(sites, (asked,)))) == {"e1": 2, "e2": 2}


def test_hot_replicas_carry_everything_when_any_site_is_lost() -> None:
    sites = site("a", 9), site("b", 9)
    asked = pool("p", demand("r1", 4), spread=Spread(survive=True))
    assert counts(distribute(Task(sites, (asked,), near(r1={"a": 5, "b": 9})))) == {"a": 4, "b": 4}


def test_a_row_that_is_short_is_named_with_its_figure() -> None:
    row = Limit("UPS ups-a", 5 * KW, (("h200x1", 2 * KW),), 1)
    found = distribute(Task((site("a", 9, "Edge", row),), (pool("p", demand("r1", 4)),), near(r1={"a": 5})))
    assert counts(found) == {"a": 2}
    assert found.unserved[0].sentence == (
        "r1: 2 requests/s (50%) not served; a: UPS ups-a short by 1 kW for one more h200x1"
    )
    assert found.unserved[0].cause.short == KW


def test_a_bound_that_only_a_far_region_misses_is_told_for_that_region() -> None:
    latency = near(near={"a": 5}, far={"a": 200})
    asked = pool("p", demand("near"), demand("far"), max_rtt_ms=100)
    found = distribute(Task((site("a"),), (asked,), latency))
    assert [(one.region, one.cause.reason) for one in found.unserved] == [("far", Bar.ROUND_TRIP)]
    assert found.unserved[0].cause.sentence == "200 ms round trip from far, bound 100 ms"


def test_a_slow_variant_keeps_away_from_a_site_that_serves_from_afar() -> None:
    fast, slow = variant("h200", ttft_ms=100), variant("l40s", ttft_ms=300)
    where = site("a", {"h200x1": 1, "l40sx1": 9})
    asked = pool("p", demand("r1", 3), variants=(slow, fast), max_ttft_ms=320)
    found = distribute(Task((where,), (asked,), near(r1={"a": 50})))
    assert {choice.variant for choice in found.replicas} == {"h200x1"}


def test_fewer_watts_decide_between_equals_and_then_liking() -> None:
    cheap, dear = variant("l40s"), variant("h200")
    berths = {"l40sx1": 9, "h200x1": 9}
    asked = pool("p", demand("r1", 2), variants=(dear, cheap))
    found = distribute(Task((site("a", berths),), (asked,), near(r1={"a": 5})))
    assert {choice.variant for choice in found.replicas} == {"h200x1"}
    far = site("a", berths)
    weaker = tuple(
        [type(one)(one.footprint, one.slots, KW * (1 + (one.footprint == "h200x1"))) for one in far.berths]
    )
    found = distribute(Task((type(far)("a", "Edge", weaker),), (asked,), near(r1={"a": 5})))
    assert {choice.variant for choice in found.replicas} == {"l40sx1"}


def test_the_order_of_everything_is_no_matter() -> None:
    sites = site("a", 2), site("b", 2), site("c", 2)
    pools = pool("p", demand("r1", 2), demand("r2", 1)), pool("q", demand("r2", 2), demand("r1", 1))
    latency = near(r1={"a": 5, "b": 5, "c": 5}, r2={"a": 5, "b": 5, "c": 5})
    turned = Task(sites[::-1], pools[::-1], dict(reversed(latency.items())))
    assert distribute(Task(sites, pools, latency)).replicas == distribute(turned).replicas


def test_nothing_is_asked_and_nothing_is_there() -> None:
    assert distribute(Task((), ())).replicas == {}
    found = distribute(Task((), (pool("p", replicas=2),)))
    assert found.replicas == {} and found.unserved[0].sentence == "2 of 2 replicas wait; there is no site"
