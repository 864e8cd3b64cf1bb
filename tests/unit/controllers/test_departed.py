"""A deleted profile stays in force while something that draws needs it."""

from __future__ import annotations

from dataclasses import replace

from ampacity.controllers.departed import DepartedProfiles
from ampacity.core.load import NOTHING
from ampacity.translate.records import NodeRecord, PodRecord, Reservation
from tests.builders.kube import node, pod
from tests.unit.controllers.pools.builders import profile

H200, OTHER = profile(), profile("gaudi3", "habana.ai/gaudi", "gaudi3")
RESERVED = replace(pod(), reservation=Reservation("hall", "r1", "n1", "hgx-h200", NOTHING, 1))
KNOWN = node(labels={"nvidia.com/gpu.product": "HGX-H200"})


def after_deletion(*, nodes: tuple[NodeRecord, ...] = (), pods: tuple[PodRecord, ...] = ()) -> list[str]:
    departed = DepartedProfiles()
    departed.in_force([H200, OTHER], nodes, pods)
    return [profile.name for profile in departed.in_force([OTHER], nodes, pods)]


def test_one_that_nothing_needs_goes() -> None:
    assert after_deletion() == ["gaudi3"]


def test_one_that_a_reservation_names_stays() -> None:
    assert after_deletion(pods=(RESERVED,)) == ["gaudi3", "hgx-h200"]


def test_one_that_alone_knows_a_node_stays() -> None:
    assert after_deletion(nodes=(KNOWN,)) == ["gaudi3", "hgx-h200"]


def test_it_goes_with_its_last_user_and_does_not_come_back() -> None:
    departed = DepartedProfiles()
    departed.in_force([H200], (), (RESERVED,))
    assert departed.in_force([], (), (RESERVED,)) == (H200,)
    assert departed.in_force([], (), (RESERVED,)) == (H200,)
    assert departed.in_force([], (), ()) == ()
    assert departed.in_force([], (), (RESERVED,)) == ()


def test_a_new_profile_that_knows_the_nodes_takes_its_place() -> None:
    departed = DepartedProfiles()
    departed.in_force([H200], (KNOWN,), ())
    renewed = profile("hgx-h200", family="renewed")
    assert departed.in_force([renewed], (KNOWN,), (RESERVED,)) == (renewed,)
