"""A deleted profile is needed while something that draws is known by it alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ampacity.core.site import ListedNodes
from ampacity.translate.profiles.departed import Users, still_needed
from ampacity.translate.profiles.hardware import HardwareBook
from ampacity.translate.records import Profile
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.fleet import small_site
from tests.builders.kube import node
from tests.builders.power import kw
from tests.builders.world import notes, profile, world

GONE, OTHER = profile("h200"), profile("gaudi3", resources=("habana.ai/gaudi",))
SITE = small_site()
LISTING = replace(SITE, racks=tuple(replace(rack, nodes=(ListedNodes(2, "h200"),)) for rack in SITE.racks))


def needed(users: Users, *living: Profile) -> list[Profile]:
    return list(still_needed([GONE], [OTHER, *living], users))


@pytest.mark.parametrize(
    "users",
    [Users(reserved=["h200"]), Users(nodes=[node()]), Users(sites=[LISTING])],
    ids=["a reservation", "a node", "a rack's list"],
)
def test_one_that_something_needs_stays_and_is_marked(users: Users) -> None:
    assert needed(users) == [replace(GONE, deleted=True)]


def test_one_that_nothing_needs_goes() -> None:
    assert needed(Users(nodes=[node(product="a100")], sites=[SITE], reserved=["gaudi3"])) == []


def test_a_node_that_another_profile_knows_needs_it_no_longer() -> None:
    assert needed(Users(nodes=[node()]), profile("h200-new", products=("h200",))) == []


def test_a_deleted_profile_counts_only_where_no_other_fits() -> None:
    """Even if the deleted one draws more: it is not in doubt which of them is meant."""
    deleted, new = replace(GONE, deleted=True), profile("new", products=("h200",), maximum=kw(5))
    rack = SITE.racks[0]
    assert HardwareBook([deleted, new]).look_up(node(), rack).profile == "new"
    assert HardwareBook([deleted]).look_up(node(), rack).profile == "h200"


def test_people_are_told_of_nodes_whose_profile_was_deleted() -> None:
    snapshot = build_snapshot(world(profiles=[replace(GONE, deleted=True)]))
    (note,) = notes(snapshot, "ProfileDeleted")
    assert (note.name, note.site) == ("n1", "hall")
    assert "AcceleratorProfile h200 was deleted" in note.sentence
    assert snapshot.nodes[0].admits
