"""Which Deployments end a pod before its successor runs, and which only after."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ampacity.controllers.accepted import Verdict
from ampacity.controllers.pools.current import DeploymentRecord
from ampacity.controllers.pools.reading import PoolReading
from ampacity.controllers.pools.rollouts import surging
from ampacity.controllers.scene import Scene
from ampacity.core.snapshot import Resources, Shape
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.records import NodeRecord, PodRecord, World
from ampacity.translate.snapshot.build import build_snapshot
from ampacity.translate.snapshot.usage import PodIndex
from tests.builders.fleet import small_site
from tests.builders.kube import GPU, node
from tests.builders.power import kw
from tests.builders.world import profile, reserved
from tests.unit.controllers.pools.builders import pool_object

PROFILES = (profile(family="h200"), profile("a100", family="a100"))
KEY = "ai/chat-hall"


def pod(uid: str = "p1", at: str = "n1", gpus: int = 1) -> PodRecord:
    """A pod of the pool that runs."""
    shape = Shape("ai", Resources(extended=((GPU, gpus),)), gpus)
    running = PodRecord(
        uid, "ai", uid, "5", shape, 0, 0, "Deployment/ai/chat-hall", at, True, False, False, 0, False,
        "Running", pool="ai/chat",
    )  # fmt: skip
    return reserved(running, kw(gpus), at)


def deployment(digest: str = "old", updated: int = 0, surges: bool = False) -> DeploymentRecord:
    return DeploymentRecord(
        "d", "1", "ai", "chat-hall", "ai/chat", "hall", "uid-chat", 2, digest, 2, True, 2, 2,
        updated=updated, surges=surges,
    )  # fmt: skip


def surges(
    *,
    of: DeploymentRecord | None = None,
    pods: tuple[PodRecord, ...] = (pod(),),
    nodes: tuple[NodeRecord, ...] = (node(),),
    limit: int = kw(100),
    **spec: Any,
) -> bool:
    """Whether the Deployment does, once its pool has this spec."""
    site = small_site()
    site = replace(site, racks=tuple(replace(rack, limit=limit) for rack in site.racks))
    pools = PoolReading(PodReader([GPU])).read([pool_object(**spec)], PROFILES, {})
    assert pools[0].problems == ()
    index = PodIndex.of(pods)
    envelope = Verdict({"metadata": {"name": "hall", "generation": 1}}, 1, site, ())
    scene = Scene((envelope,), (), PROFILES, pools, nodes, (of or deployment(),), {}, index)
    snapshot = build_snapshot(World({"hall": site}, PROFILES, nodes, ()), index=index)
    return surging(scene, snapshot) == {KEY}


def test_a_new_image_takes_over_the_places() -> None:
    assert not surges()


def test_accelerators_that_the_places_do_not_have_wait_beside_them() -> None:
    assert surges(accelerators=["a100"])
    assert not surges(accelerators=["a100", "h200"])


def test_one_place_that_does_not_fit_is_enough() -> None:
    nodes = (node(), node("n2", product="a100"))
    assert surges(pods=(pod(), pod("p2", at="n2")), nodes=nodes, accelerators=["h200"])


def test_more_gpus_wait_for_places_of_their_own_and_fewer_do_not() -> None:
    assert surges(gpusPerReplica=2)
    assert not surges(pods=(pod(gpus=2),), gpusPerReplica=1)


def test_what_else_a_pod_asks_for_must_fit_for_all_that_leave() -> None:
    def asking(cpu: str) -> dict[str, Any]:
        container = {"name": "server", "resources": {"limits": {GPU: "1", "cpu": cpu}}}
        return {"spec": {"containers": [container]}}

    pods = (pod(), pod("p2"))
    assert not surges(pods=pods, template=asking("60"))
    assert surges(pods=pods, template=asking("65"))


@pytest.mark.parametrize("shut", [node(ready=False), node(unschedulable=True)], ids=["dark", "cordoned"])
def test_a_node_that_lets_nobody_in_keeps_what_runs(shut: NodeRecord) -> None:
    assert surges(nodes=(shut,))


def test_a_limit_below_its_load_keeps_what_runs() -> None:
    assert not surges(limit=kw(5))
    assert surges(limit=kw(3))


def test_a_node_without_object_keeps_what_runs() -> None:
    assert surges(nodes=(node("n2"),))


def test_without_a_rollout_nothing_is_decided_anew() -> None:
    pools = PoolReading(PodReader([GPU])).read([pool_object(accelerators=["a100"])], PROFILES, {})
    done = deployment(pools[0].digest, updated=2)
    assert not surges(of=done, accelerators=["a100"])
    assert surges(of=replace(done, surges=True), accelerators=["a100"])


def test_a_rollout_under_way_is_decided_until_its_end() -> None:
    pools = PoolReading(PodReader([GPU])).read([pool_object(accelerators=["a100"])], PROFILES, {})
    assert surges(of=deployment(pools[0].digest, updated=1), accelerators=["a100"])
