"""Who is served from where: `plan` of the three sites of the examples, `explain` of a pool with demand."""

import json
from pathlib import Path

import pytest

from ampacity.cli.main import main
from hack import docs
from tests.builders import resources
from tests.golden import assert_golden
from tests.unit.cli.lists import granted, of_pool, pool

GOLDEN = Path(__file__).parent / "golden"
THREE = docs.ROOT / "examples" / "three-sites"
SITES, POOLS = THREE / "sites.yaml", THREE / "pools.yaml"


def planned(tmp_path: Path, *edits: tuple[str, str]) -> list[str]:
    """Arguments to plan the three sites with pools that are edited."""
    text = POOLS.read_text(encoding="utf-8")
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    changed = tmp_path / "pools.yaml"
    changed.write_text(text, encoding="utf-8")
    return ["plan", "-f", str(SITES), "-f", str(changed)]


def test_three_sites(capsys):
    assert main(["plan", "-f", str(THREE)]) == 0
    assert_golden(GOLDEN / "three-sites.txt", capsys.readouterr().out.rstrip("\n"))


def test_the_same_as_data(capsys):
    assert main(["plan", "-f", str(THREE), "-o", "json"]) == 0
    told = {one["pool"]: one for one in json.loads(capsys.readouterr().out)["distribution"]}
    chat = told["default/chat"]
    paris = next(one for one in chat["regions"] if one["region"] == "paris")
    assert paris["askedPerSecond"] == pytest.approx(paris["servedPerSecond"]) == 60
    assert sum(one["perSecond"] for one in paris["servedFrom"]) == pytest.approx(60)
    assert paris["roundTripMilliseconds"]["p50"] == 2
    assert {one["site"]: one["reason"] for one in told["health/records"]["sites"]}["lulea"] == "Residency"
    assert sum(one["replicas"] for one in told["default/code"]["sites"]) == 6


def test_the_sentence_in_the_documentation(capsys):
    """docs/pools.md quotes one of them, wrapped."""
    assert main(["plan", "-f", str(THREE), "-o", "json"]) == 0
    [chat] = [d for d in json.loads(capsys.readouterr().out)["distribution"] if d["pool"] == "default/chat"]
    page = " ".join((docs.ROOT / "docs" / "pools.md").read_text(encoding="utf-8").split())
    assert [site["site"] for site in chat["sites"] if site["message"] in page] == ["paris"]


def test_what_is_not_served_is_told_with_the_limit(capsys, tmp_path):
    edge_only = ("tiers: [Edge, Central]}", "tiers: [Edge, Central], overflow: false}")
    assert main(planned(tmp_path, edge_only)) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "requests/s" in told and "not served; " in told
    assert "feed a short by" in told and "if feed b fails, for one more h200" in told
    assert told.endswith("demand of default/chat is not all served.")


@pytest.mark.parametrize(
    ("before", "after", "number", "said"),
    [
        ("region: paris,", "region: pariss,", 2, "spec.demand.regions[0].region: no envelope has a round"),
        ("FR, DE", "JP", 3, "metadata.namespace: it excludes every site: allowed are JP"),
        ("sites: 2,", "sites: 4,", 4, "spec.placement.spread.sites: 4 sites are asked for, 3 are accepted"),
        ("Milliseconds: 120", "Milliseconds: 1", 2, "spec.latency.roundTripMilliseconds: the shortest round"),
    ],
)
def test_bad_input_is_told_with_its_file(capsys, tmp_path, before, after, number, said):
    """And nothing is planned."""
    assert main(planned(tmp_path, (before, after))) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"pools.yaml, document {number}: {said}" in printed.err


def demanding(region: str):
    asked = pool()
    demand = {"region": region, "requestsPerSecond": 40, "inputTokens": 700, "outputTokens": 63}
    asked["spec"]["demand"] = {"modelProfile": "chat-8b", "regions": [demand]}
    del asked["spec"]["replicas"]
    return asked


def explained(cluster, region: str, status=None):
    model = resources.model(fits=[resources.fit("x", 4)])
    model["metadata"]["uid"] = "model"
    running = [granted("p1", "n1"), of_pool("c1", "n2"), of_pool("c2", "n3")]
    asked = demanding(region)
    cluster(pools=[{**asked, "status": status or asked["status"]}], models=[model], pods=running)
    return main(["explain", "chat"])


def test_explain_a_pool_with_demand(cluster, capsys):
    assert explained(cluster, "par1") == 1
    assert_golden(GOLDEN / "explain-demand.txt", capsys.readouterr().out.rstrip("\n"))


def test_explain_a_pool_that_is_not_decided(cluster, capsys):
    assert explained(cluster, "par2") == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "The planner would leave it as it is: spec.demand.regions[0].region: " in told
    assert "did you mean par1?" in told


def test_explain_tells_of_a_site_that_the_operator_has_given_up(cluster, capsys):
    """How long its nodes have been silent is not to be seen in any of them; the status says it."""
    why = "none of its nodes has answered for 60 s"
    status = {"sites": [{"site": "par1", "reason": "SiteClosed", "message": why}]}
    assert explained(cluster, "par1", status) == 1
    assert why in " ".join(capsys.readouterr().out.split())
