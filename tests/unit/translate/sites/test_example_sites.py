"""The two sites of `examples/sites`, by their figures; and that they stay short."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from ampacity.catalogue import documents
from ampacity.core.load import Load
from ampacity.core.site import Edge, ListedNodes, Site, Tier
from ampacity.core.units import format_power
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.sites.expansion import expand_table
from ampacity.translate.sites.patterns import compress
from ampacity.translate.sites.site import site_of

SITES = Path(__file__).parents[4] / "examples" / "sites"


def load(name: str) -> dict[str, Any]:
    obj: dict[str, Any] = yaml.safe_load((SITES / f"{name}.yaml").read_text(encoding="utf-8"))
    return obj


def site(name: str) -> Site:
    found, problems = site_of(load(name))
    assert found is not None, problems
    return found


def test_the_small_site() -> None:
    edge = site("edge-small")
    assert (edge.tier, edge.country, edge.latitude, edge.longitude) == (Tier.EDGE, "IT", 45.46, 9.19)
    capacities = {part.name: format_power(part.capacity) for part in (*edge.domains, *edge.cooling)}
    assert capacities == {"meter": "80 kW", "gen": "70 kW", "ups": "54 kW", "room": "50 kW"}
    assert edge.domains[2].suppliers == (Edge("meter", 1_000_000), Edge("gen", 0))
    assert [rack.name for rack in edge.racks] == ["r1", "r2", "r3"]
    rack = edge.racks[0]
    # sqrt(3) * 400 V * 32 A, 80 % of it for hours, at the default power factor of 0.95
    assert rack.power == (Edge("ups", None, 16_849_390),)
    assert (rack.air_limit, rack.base_load, rack.base_air) == (17_000_000, 600_000, 600_000)
    assert rack.nodes == (ListedNodes(3, "l40s-8"),)


def test_the_large_hall() -> None:
    hall = site("central-hall")
    kinds = {kind: sum(part.type == kind for part in hall.domains) for kind in ("Utility", "UPS", "Busway")}
    assert kinds == {"Utility": 2, "UPS": 20, "Busway": 100}
    assert {unit.medium: sum(u.medium == unit.medium for u in hall.cooling) for unit in hall.cooling} == {
        "Liquid": 50,
        "Air": 10,
    }
    assert len(hall.racks) == 1250
    assert compress([rack.name for rack in hall.racks[:50]]) == "h011-[01-25],h012-[01-25]"
    assert hall.racks[-1].name == "h105-25"
    assert hall.racks[-1].power == (Edge("bw-10-5-a", None, 50_000_000), Edge("bw-10-5-b", None, 50_000_000))
    busway = next(part for part in hall.domains if part.name == "bw-03-4-b")
    assert format_power(busway.capacity) == "1.13 MW"
    assert busway.suppliers == (Edge("ups-03-b"),)
    assert {part.capacity for part in hall.domains if part.type == "UPS"} == {6_000_000_000}
    assert {unit.capacity for unit in hall.cooling} == {800_000_000, 1_400_000_000}
    assert all(part.failure_domain for part in hall.domains)


def test_the_large_hall_fits_in_twenty_lines() -> None:
    text = (SITES / "central-hall.yaml").read_text(encoding="utf-8")
    lines = text[text.index("\nspec:") :].strip().splitlines()
    assert len(lines) < 20


@pytest.mark.parametrize("name", ["edge-small", "central-hall"])
def test_listed_nodes_are_in_the_catalogue_and_fit_their_racks(name: str) -> None:
    profiles = {str(obj["metadata"]["name"]): profile_of(obj)[0] for obj in documents()}
    for rack in site(name).racks[:3]:
        full = Load(rack.base_load, rack.base_air)
        for entry in rack.nodes:
            profile = profiles[entry.profile]
            assert profile is not None
            air = profile.air_maximum if rack.liquid else profile.maximum
            full += Load(profile.maximum, air) * entry.count
        assert all(edge.breaker is None or full.power <= edge.breaker for edge in rack.power)
        assert rack.air_limit is None or full.air <= rack.air_limit


def test_the_table_of_what_the_patterns_mean() -> None:
    table = expand_table(site("central-hall"))
    assert len(table) == 122 + 60 + 1250
    ups, rack = table[2], table[-1]
    assert (ups.kind, ups.name, ups.type, ups.suppliers) == ("Domain", "ups-01-a", "UPS", ("grid-a",))
    assert ups.detail == "failure domain, efficiency 97 %"
    assert rack.suppliers == ("bw-10-5-a (50 kW)", "bw-10-5-b (50 kW)", "cdu-10-5", "air-10")
    assert rack.detail == "4x hgx-h200-liquid, air limit 12 kW, base load 2 kW"
    assert expand_table(site("edge-small"))[2].suppliers == ("meter (100 %)", "gen (0 %)")
