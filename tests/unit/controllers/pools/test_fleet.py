"""All pools of a scene together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ampacity.controllers.accepted import Verdict
from ampacity.controllers.pools.current import DeploymentRecord
from ampacity.controllers.pools.fleet import Fleet
from ampacity.controllers.pools.reading import PoolReading
from ampacity.controllers.scene import Scene
from ampacity.core.ledger import Ledger, announce
from ampacity.core.site import Site, Tier
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.snapshot.usage import PodIndex
from tests.builders.kube import node, pod
from tests.unit.controllers.pools.builders import pool_object, profile
from tests.unit.ledger.builders import AT, grant, replica

HELD = "Deployment/ai/chat-edge"


def scene(*pools: dict[str, Any], deployed: tuple[DeploymentRecord, ...] = ()) -> Scene:
    """Two sites, one a tier, with these pools."""
    tiers = {"edge": Tier.EDGE, "hall": Tier.CENTRAL}
    envelopes = tuple(
        Verdict({"metadata": {"name": name, "generation": 1}}, 1, Site(name, 1, tier, (), (), ()), ())
        for name, tier in tiers.items()
    )
    read = PoolReading(PodReader(())).read(pools, (), {})
    return Scene(envelopes, (), (), read, (), deployed, {}, PodIndex())


def deployment(site: str = "edge", replicas: int = 0) -> DeploymentRecord:
    name = f"chat-{site}"
    return DeploymentRecord("d", "1", "ai", name, "ai/chat", site, "uid-chat", 1, "", replicas, True, 0, 0)


def held(controller: str = HELD, site: str = "edge", count: int = 2) -> Ledger:
    places = [replace(grant(replica(i, controller)), site=site) for i in range(count)]
    return announce(Ledger(), places, AT).ledger


def wanted(fleet: Fleet, ledger: Ledger) -> dict[str, tuple[int, bool]]:
    return {item.key: (item.replicas, item.unwanted) for item in fleet.deployments(ledger)}


def test_a_grant_to_a_replica_is_for_the_deployment_at_its_site() -> None:
    placed = Fleet.at_deployment(replace(grant(replica()), site="edge"))
    assert placed.waiter.controller == "Deployment/default/chat-edge"
    assert Fleet.at_deployment(grant()) == grant()


def test_holds_become_replicas_where_they_are() -> None:
    fleet = Fleet(scene(pool_object(replicas=5)))
    assert wanted(fleet, held()) == {"ai/chat-edge": (2, False)}
    assert fleet.due_holds(held()) == {HELD: 2}


def test_nothing_is_wanted_where_nothing_is() -> None:
    assert wanted(Fleet(scene(pool_object(replicas=5))), Ledger()) == {}


def test_a_deployment_without_places_is_not_wanted_any_more() -> None:
    fleet = Fleet(scene(pool_object(replicas=0), deployed=(deployment(replicas=3),)))
    assert wanted(fleet, Ledger()) == {"ai/chat-edge": (0, True)}


def test_holds_of_a_pool_that_is_gone_are_not_due() -> None:
    assert Fleet(scene()).due_holds(held()) == {}


def test_holds_at_a_site_the_pool_does_not_accept_are_not_due() -> None:
    central = pool_object(replicas=5, placement={"tiers": ["Central"]})
    assert Fleet(scene(central)).due_holds(held()).get(HELD, 0) == 0


def test_a_pool_that_cannot_be_read_keeps_what_it_has() -> None:
    broken = pool_object(replicas=5, gpuResource="nvidia.com/mig-*")
    fleet = Fleet(scene(broken, deployed=(deployment(replicas=2),)))
    assert fleet.due_holds(held()) == {HELD: 2}
    assert wanted(fleet, held()) == {}


def test_a_slip_in_an_accelerator_name_leaves_what_runs_alone() -> None:
    """An unknown name would make a template of which no replica can run: a rollout that ends them all."""
    slipped = pool_object(replicas=60, accelerators=["h20x"])
    read = PoolReading(PodReader(())).read([slipped], (profile(),), {})
    (problem,) = read[0].problems
    assert problem.path == "spec.accelerators" and "did you mean h200?" in problem.message
    fleet = Fleet(replace(scene(deployed=(deployment(replicas=60),)), pools=read))
    assert fleet.due_holds(held()) == {HELD: 2}
    assert wanted(fleet, held()) == {}


@pytest.mark.parametrize("name", ["h200", "hgx-h200"])
def test_a_profile_or_its_family_is_a_known_accelerator(name: str) -> None:
    (read,) = PoolReading(PodReader(())).read([pool_object(accelerators=[name])], (profile(),), {})
    assert read.problems == () and read.record is not None


def leaving(late: bool = False, replicas: int = 3) -> Fleet:
    """A pool of which two pods leave their places at the edge."""
    labels = {"ampacity.io/pool": "chat", "ampacity.io/site": "edge", "pod-template-hash": "abc"}
    owner = ("ReplicaSet", "chat-edge-abc")
    pods = [
        replace(pod(f"p{i}", namespace="ai", node="n1", labels=labels, owner=owner), terminating=True)
        for i in range(2)
    ]
    moment = scene(pool_object(replicas=replicas))
    pools, gone = frozenset({"ai/chat"}), frozenset(one.uid for one in pods if late)
    return Fleet(replace(moment, nodes=(node("n1"),), index=PodIndex.of(pods), leaving=pools, late=gone))


def test_a_pool_that_grows_again_counts_on_the_places_that_its_pods_leave() -> None:
    assert leaving().asked(Ledger()) == {"ai/chat": 2}
    assert leaving(replicas=1).asked(Ledger()) == {"ai/chat": 1}
    assert wanted(leaving(), Ledger()) == {"ai/chat-edge": (2, False)}


def test_it_does_not_count_on_those_that_are_late() -> None:
    assert leaving(late=True).asked(Ledger()) == {"ai/chat": 0}
    assert wanted(leaving(late=True), Ledger()) == {"ai/chat-edge": (0, True)}


def test_a_pool_none_of_whose_pods_leave_is_not_looked_at() -> None:
    assert Fleet(scene(pool_object(replicas=5))).asked(held()) == {}


def test_what_will_be_asked_for_soon_needs_no_second_place() -> None:
    moment = scene(pool_object(replicas=5))
    (record,) = moment.world(Ledger(), {"ai/chat": 2}).pools
    assert record.deployed == 2
    (record,) = moment.world(Ledger()).pools
    assert record.deployed == 0
