"""Where somebody allows pods to run, and what is said when that leaves no site."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ampacity.core.bounds import forbidden, may_begin, may_stay
from ampacity.core.residency import Area, Namespaces, Residency
from ampacity.core.site import Site
from tests.builders.fleet import small_site


def site(name: str, country: str = "", region: str = "") -> Site:
    return replace(small_site(name=name), country=country, region=region)


LUL, MUC, NOWHERE = site("lul", "SE"), site("muc", "DE", "bavaria"), site("nowhere")


def residency(*areas: str, by: str = "namespace eu", doubt: str = "") -> Residency:
    return Residency(tuple(Area(*area.split("/")) for area in areas), by, doubt)


@pytest.mark.parametrize(
    ("areas", "allowed"),
    [
        (["SE"], {"lul"}),
        (["DE"], {"muc"}),
        (["SE", "DE"], {"lul", "muc"}),
        (["DE/bavaria"], {"muc"}),
        (["DE/hesse"], set()),
        ([], set()),
    ],
)
def test_sites_in_an_allowed_country_or_region(areas: list[str], allowed: set[str]) -> None:
    bound = residency(*areas)
    assert {one.name for one in (LUL, MUC, NOWHERE) if bound.allows(one)} == allowed


def test_what_cannot_be_read_lets_nothing_begin_and_ends_nothing() -> None:
    bound = residency(doubt="the annotation says 'Germany'")
    assert not may_begin([bound], MUC)
    assert may_stay([bound], MUC)
    assert forbidden([residency("DE"), bound], [MUC]) == "the annotation says 'Germany'"


def test_a_namespace_that_nobody_has_seen_lets_nothing_begin() -> None:
    (bound,) = Namespaces({}, complete=True).of("new")
    assert not may_begin([bound], LUL)
    assert "namespace new has not been seen yet" in bound.doubt


def test_namespaces_that_are_not_given_allow_everything() -> None:
    assert Namespaces({"eu": residency("SE")}).of("other") == ()


def test_whoever_is_bound_by_several_is_bound_by_all() -> None:
    bounds = [residency("DE", by="the pool"), *Namespaces({"eu": residency("SE", "DE")}).of("eu")]
    assert forbidden(bounds, [LUL, MUC]) == ""
    assert forbidden(bounds, [LUL]) == "the pool allows only DE; without that, there would be lul (in SE)"


def test_a_site_that_does_not_say_where_it_stands_is_told_how_to() -> None:
    assert forbidden([residency("SE")], [NOWHERE]).endswith(
        "there would be nowhere (its envelope does not state spec.location.country)"
    )


def test_a_long_list_of_sites_is_cut() -> None:
    sentence = forbidden([residency("FR")], [site(f"s{number}", "SE") for number in range(5)])
    assert sentence.endswith("there would be s0 (in SE), s1 (in SE), s2 (in SE) and 2 more")


def test_where_there_is_no_site_anyway_residency_is_not_to_blame() -> None:
    assert forbidden([residency("SE")], []) == ""
