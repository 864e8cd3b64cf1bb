"""Which rack a node stands in, and what happens if that is not clear."""

from dataclasses import replace

import pytest

from ampacity import names
from ampacity.core.site import Site
from ampacity.translate.fleet.whereabouts import Finder
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.fleet import small_site
from tests.builders.kube import node
from tests.builders.power import kw
from tests.builders.world import load_of, notes, view, world


def patterned(**patterns: str) -> Site:
    """The hall with node-name patterns: r1="gpu-1-*"."""
    site = small_site()
    racks = (replace(rack, node_patterns=tuple(patterns.get(rack.name, "").split())) for rack in site.racks)
    return replace(site, racks=tuple(racks))


def find(node_name: str, hall: Site, **labels: str) -> tuple[str, str | None]:
    keys = {"site": names.SITE, "rack": names.RACK}
    where = Finder({"hall": hall}).find(node_name, {keys[key]: value for key, value in labels.items()})
    return where.site, where.rack


def test_by_labels_or_by_name() -> None:
    site = patterned(r1="gpu-1-* h[0-9]x", r2="gpu-2-?")
    assert find("n1", site, site="hall", rack="r2") == ("hall", "r2")
    assert find("gpu-1-17", site) == ("hall", "r1")
    assert find("gpu-2-1", site) == ("hall", "r2")
    assert find("h7x", site) == ("hall", "r1")
    assert find("gpu-2-17", site) == ("", None)
    assert find("gpu-1-1", site, site="hall") == ("hall", "r1")
    assert find("gpu-1-1", site, site="hall", rack="r1") == ("hall", "r1")


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ({"site": "", "rack": ""}, "belongs to no rack"),
        ({"site": "", "rack": "r1"}, "label ampacity.io/site is missing"),
        ({"site": "hall", "rack": ""}, "label ampacity.io/rack is missing"),
        ({"site": "other", "rack": "r1"}, "no accepted envelope of site other"),
        ({"site": "hall", "rack": "r9"}, "rack r9 is neither in the envelope of hall"),
    ],
)
def test_a_node_that_belongs_nowhere_admits_nothing(labels: dict[str, str], says: str) -> None:
    seen = view(world(nodes=[node(**labels)]))
    assert (seen.rack, seen.admits) == (None, False)
    assert says in seen.why_not


def test_strangers_are_not_worth_a_note_but_misplaced_nodes_are() -> None:
    snapshot = build_snapshot(world(nodes=[node("a", site="", rack=""), node("b", rack="r9")]))
    assert [note.name for note in notes(snapshot, "NoRack")] == ["b"]


def test_a_contradiction_counts_in_both_racks_and_admits_nothing() -> None:
    snapshot = build_snapshot(world(nodes=[node("gpu-2", rack="r1")], sites=[patterned(r2="gpu-*")]))
    (seen,) = snapshot.nodes
    assert (seen.rack, seen.admits) == (None, False)
    assert "r1 of hall and r2 of hall" in seen.why_not
    assert [load_of(snapshot, rack).power for rack in ("r1", "r2")] == [kw(11), kw(11)]


def test_a_wrong_label_does_not_take_a_node_out_of_the_rack_that_its_name_tells() -> None:
    snapshot = build_snapshot(world(nodes=[node("gpu-2", rack="r9")], sites=[patterned(r2="gpu-*")]))
    assert not snapshot.nodes[0].admits
    assert load_of(snapshot, "r2").power == kw(11)


def test_two_patterns_for_one_name() -> None:
    site = patterned(r1="gpu-*", r2="gpu-2*")
    assert find("gpu-1", site) == ("hall", "r1")
    assert find("gpu-2", site) == ("hall", None)


def test_a_rack_known_by_labels_only() -> None:
    labels = {names.RACK_POWER: "17kW", names.RACK_COOLING: "air"}
    seen = view(world(nodes=[node(rack="r9", labels=labels)]))
    assert (seen.rack, seen.admits, seen.load.power) == ("r9", True, kw(3))
