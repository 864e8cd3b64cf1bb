"""Replicas of pools whose sites were decided: who waits for a place where, and on what."""

from __future__ import annotations

from dataclasses import replace

from ampacity import names
from ampacity.core.distribution.model import Pool, Variant
from ampacity.core.distribution.targets import Targets
from ampacity.core.residency import Area, Residency
from ampacity.core.snapshot import Waiter
from ampacity.translate.records import PodRecord, PoolRecord, World
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.fleet import small_site
from tests.builders.kube import node, pod
from tests.builders.world import hold, ledger, pool, profile, world

KEY = "default/chat"
CHAT = "Deployment/default/chat-hall"
NODES = [
    node("n1", labels={"nvidia.com/gpu.product": "h200"}),
    node("n2", labels={"nvidia.com/gpu.product": "l40s"}),
]


def chat(**more: object) -> PoolRecord:
    wish = Pool(KEY, (Variant("h200", "a"), Variant("l40s", "b")), replicas=4)
    return pool("chat", replicas=4, wish=wish, **more)


def seen(
    *pods: PodRecord, targets: dict[tuple[str, str], int], of: PoolRecord | None = None, **more: object
) -> World:
    decided = Targets(targets, {"h200": 1.0, "l40s": 0.5}, 9.0)
    sites = [small_site(), small_site(name="edge")]
    return world(
        *pods, nodes=NODES, sites=sites, profiles=[profile(), profile("l40s")], pools=(of or chat(),),
        targets={KEY: decided}, **more,
    )  # fmt: skip


def waiting(world: World) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Sites and accelerators of each replica that waits."""
    return [(one.shape.sites, one.shape.accelerators) for one in _replicas(world)]


def _replicas(world: World) -> list[Waiter]:
    return [one for one in build_snapshot(world).waiters if one.uid.startswith("replica/")]


def replica(name: str = "chat-1", node: str = "n1") -> PodRecord:
    return pod(
        name, node=node, owner=("ReplicaSet", "chat-hall-abc"),
        labels={names.POOL: "chat", names.SITE: "hall", "pod-template-hash": "abc"},
    )  # fmt: skip


def test_each_waits_for_its_site_and_its_accelerator() -> None:
    found = seen(targets={("hall", "h200"): 1, ("hall", "l40s"): 1, ("edge", "h200"): 1})
    assert waiting(found) == [(("edge",), ("h200",)), (("hall",), ("h200",)), (("hall",), ("l40s",))]
    assert [one.uid for one in _replicas(found)] == [f"replica/{KEY}/{n}" for n in range(3)]


def test_what_is_there_or_held_does_not_wait_again() -> None:
    held = ledger(hold(controller=CHAT))
    wanted = {("hall", "h200"): 3}
    assert len(waiting(seen(replica(), targets=wanted))) == 2
    assert len(waiting(seen(replica(), targets=wanted, ledger=held))) == 1


def test_nor_what_the_deployment_asks_for_already() -> None:
    wanted = {("hall", "h200"): 3}
    assert len(waiting(seen(replica(), targets=wanted, of=chat(deployed_at={"hall": 2})))) == 1
    assert len(waiting(seen(replica(), targets=wanted, of=chat(deployed_at={"edge": 2})))) == 2


def test_a_waiting_pod_is_a_waiter_of_its_own() -> None:
    found = seen(replica(node=""), targets={("hall", "h200"): 3})
    assert len(waiting(found)) == 2


def test_slower_hardware_that_is_there_does_its_part() -> None:
    """Two replicas at half the rate are one that need not be started."""
    found = seen(replica("a", "n2"), replica("b", "n2"), targets={("hall", "h200"): 3})
    assert waiting(found) == [(("hall",), ("h200",))] * 2


def test_a_pool_that_was_not_decided_waits_for_nothing() -> None:
    assert waiting(replace(seen(targets={}), targets={})) == []


def test_nobody_waits_where_residency_has_become_narrower_since() -> None:
    sweden = chat(residency=Residency((Area("SE"),), "the pool"))
    assert waiting(seen(targets={("hall", "h200"): 2}, of=sweden)) == []


def test_a_site_that_draws_too_much_starts_nothing_else_before_what_must_go_has_gone() -> None:
    found = seen(replica("a", "n2"), targets={("hall", "h200"): 1})
    assert len(waiting(found)) == 1
    narrow = {**found.sites, "hall": small_site(capacity="2kW")}
    assert waiting(replace(found, sites=narrow)) == []
