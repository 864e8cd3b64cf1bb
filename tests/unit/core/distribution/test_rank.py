"""The order in which a pool's sites are filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ampacity.core.distribution import accepted_sites, rank_sites
from ampacity.core.site import Site, Tier
from tests.builders.fleet import small_site


def fleet(**tiers: Tier) -> dict[str, Site]:
    """Sites by name; each carries its name as the label `name`."""
    return {
        name: replace(small_site(name=name), tier=tier, labels={"name": name, "fleet": "all"})
        for name, tier in tiers.items()
    }


SITES = fleet(par=Tier.CENTRAL, lul=Tier.CENTRAL, mil=Tier.EDGE, ams=Tier.EDGE)
ROOM = {"par": 5, "lul": 9, "mil": 7, "ams": 7}


@pytest.mark.parametrize(("tiers", "order"), [
    (("Edge", "Central"), ("ams", "mil", "lul", "par")),
    (("Central", "Edge"), ("lul", "par", "ams", "mil")),
    (("Central",), ("lul", "par")),
    ((), ("lul", "ams", "mil", "par")),
    (("Orbit",), ()),
])
def test_preferred_tier_then_most_headroom_then_name(tiers: tuple[str, ...], order: tuple[str, ...]) -> None:
    assert rank_sites(SITES, ROOM, tiers, {}) == order


@pytest.mark.parametrize(("labels", "names"), [
    ({"fleet": "all"}, {"par", "lul", "mil", "ams"}), ({"name": "mil"}, {"mil"}),
    ({"name": "mil", "x": "y"}, set()),
])
def test_only_sites_with_every_label(labels: Mapping[str, str], names: set[str]) -> None:
    assert set(rank_sites(SITES, ROOM, (), labels)) == set(accepted_sites(SITES, (), labels)) == names


def test_a_site_of_unknown_headroom_comes_last_in_its_tier() -> None:
    assert rank_sites(SITES, {"mil": 1}, ("Edge",), {}) == ("mil", "ams")


def test_acceptable_sites_do_not_depend_on_headroom() -> None:
    assert accepted_sites(SITES, ("Edge", "Central"), {}) == ("ams", "mil", "lul", "par")
