"""Who may serve whom is judged anew, whatever a row says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ampacity.core.distribution.answer import Share
from ampacity.core.distribution.model import Pool, Residency, Rtt
from ampacity.core.distribution.targets import Targets
from ampacity.core.residency import ANYWHERE, Namespaces
from ampacity.core.site import Site
from ampacity.translate.residency import residency_of_pool
from ampacity.translate.serving.origins import Split, Standing, split
from tests.builders.fleet import small_site
from tests.builders.world import pool

COUNTRIES = {"paris": "FR", "lyon": "FR", "berlin": "DE", "sydney": "AU"}
SITES = {name: replace(small_site(), name=name, country=country) for name, country in COUNTRIES.items()}
ROW = (Share("paris", 0.75), Share("berlin", 0.25))
TARGETS = Targets(
    replicas={("paris", "v"): 3, ("berlin", "v"): 1},
    shares={"paris": ROW},
    spill={"paris": ("paris", "berlin")},
)
READY = {"paris": 3, "berlin": 1}


def of(
    ready: dict[str, int],
    targets: Targets | None = TARGETS,
    sites: dict[str, Site] = SITES,
    namespaces: Namespaces = ANYWHERE,
    closed: frozenset[str] = frozenset(),
    **record: Any,
) -> Standing:
    return Standing(pool(**record), ready, sites, namespaces, targets, closed)


def wish(*residency: Residency, bound: float | None = None) -> Pool:
    return Pool("default/chat", (), residency=residency, max_rtt_ms=bound)


def test_an_origin_goes_by_its_own_row() -> None:
    assert split(of(READY), "paris") == Split({"berlin": 250, "paris": 750}, ("paris", "berlin"))


def test_a_site_outside_the_pools_residency_gets_nothing_though_the_row_names_it() -> None:
    assert split(of(READY, residency=residency_of_pool(["FR"])), "paris").weights == {"paris": 1000}


def test_nor_does_one_outside_the_namespaces() -> None:
    bound = Namespaces({"default": residency_of_pool(["DE"])})
    assert split(of(READY, namespaces=bound), "paris").order == ("berlin",)


def test_nor_does_one_from_which_the_region_may_not_be_served() -> None:
    french = wish(Residency(None, {"paris": frozenset({"FR"})}))
    assert split(of({"berlin": 4}, wish=french), "paris") == Split({}, ("paris",))


def test_nor_does_one_that_is_lost() -> None:
    lost = {**SITES, "berlin": replace(SITES["berlin"], lost=True)}
    assert split(of(READY, sites=lost), "paris").order == ("paris",)
    assert split(of(READY, closed=frozenset({"berlin"})), "paris").order == ("paris",)


def test_nor_does_one_that_is_too_far_away() -> None:
    far = replace(TARGETS, rtts={("paris", "sydney"): Rtt(280, True), ("paris", "lyon"): Rtt(6, True)})
    found = split(of({"sydney": 4, "lyon": 1}, far, wish=wish(bound=50)), "paris")
    assert found.weights == {"lyon": 1000}


def test_replicas_that_stand_elsewhere_serve_while_those_of_the_row_are_not_ready() -> None:
    near = replace(TARGETS, rtts={("paris", "sydney"): Rtt(280, True), ("paris", "lyon"): Rtt(6, True)})
    found = split(of({"sydney": 4, "lyon": 4}, near), "paris")
    assert found == Split({"lyon": 1000}, ("paris", "berlin", "lyon", "sydney"))


def test_a_site_that_nobody_knows_serves_where_nobody_restricts_anything() -> None:
    assert split(of({"gone": 1}, None), "paris").weights == {"gone": 1000}
    assert split(of({"gone": 1}, None, residency=residency_of_pool(["FR"])), "paris").order == ()


def test_who_comes_from_nobody_knows_where_may_go_where_everybody_may() -> None:
    french = wish(Residency(None, {"paris": frozenset({"FR"}), "berlin": frozenset({"FR", "DE"})}))
    found = split(of({"paris": 1, "berlin": 1}, wish=french), "")
    assert found.weights == {"paris": 1000}


def test_before_anything_is_decided_it_goes_by_what_is_ready_nearest_first() -> None:
    found = split(of({"berlin": 1, "paris": 1}, None), "paris")
    assert found == Split({"berlin": 500, "paris": 500}, ("paris", "berlin"))
