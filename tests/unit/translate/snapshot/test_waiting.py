"""Who waits, what they ask for, and whose the holds are."""

from dataclasses import replace

from ampacity import names
from ampacity.core.snapshot import Requirement, Snapshot, Waiter
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.fleet import small_site
from tests.builders.kube import node, pod
from tests.builders.world import fence, hold, ledger, pool, profile, reserved, world

WEB = ("ReplicaSet", "web-abc")
HASH = {"pod-template-hash": "abc"}


def web(name: str, **more: object):  # type: ignore[no-untyped-def]
    """A waiting pod of the Deployment default/web."""
    return pod(name, owner=WEB, labels={**HASH, **more.pop("labels", {})}, **more)  # type: ignore[arg-type, dict-item]


def waiting(snapshot: Snapshot) -> dict[str, Waiter]:
    return {waiter.uid: waiter for waiter in snapshot.waiters}


def test_gated_pods_wait_and_nobody_else() -> None:
    others = [
        pod("ungated", gated=False),
        pod("running", node="n1"),
        pod("other-gate", gates=["kueue.x-k8s.io/admission"]),
        replace(pod("terminating"), terminating=True),
    ]
    (waiter,) = build_snapshot(world(pod(version=7), *others)).waiters
    assert (waiter.uid, waiter.name, waiter.resource_version) == ("uid-p1", "default/p1", "7")
    assert waiter.controller == "Pod/default/p1"


def test_a_pod_whose_grant_is_announced_does_not_wait() -> None:
    announced = pod("a")
    assert set(waiting(build_snapshot(world(announced, pod("b"), ledger=ledger(fence(announced)))))) == {
        "uid-b"
    }


def test_the_oldest_pod_of_a_controller_takes_its_hold() -> None:
    young, old = replace(web("young"), since=200), replace(web("old"), since=100)
    seen = waiting(build_snapshot(world(young, old, pod("stranger"), ledger=ledger(hold()))))
    assert {uid: waiter.hold for uid, waiter in seen.items()} == {
        "uid-old": "n1", "uid-young": None, "uid-stranger": None,
    }  # fmt: skip


def test_a_waiter_is_as_old_as_its_controllers_first_request() -> None:
    young, old = replace(web("young"), since=200), replace(web("old", node="n1"), since=100)
    (waiter,) = build_snapshot(world(young, old, replace(pod("none", gpus=0, node="n1"), since=1))).waiters
    assert waiter.since == 100
    (waiter,) = build_snapshot(world(young), ages={waiter.controller: 50}).waiters
    assert waiter.since == 50


def test_a_pod_comes_back_to_the_place_of_its_name() -> None:
    """A StatefulSet's volume may be on just that node; others take what is left over."""
    pods = [replace(pod(f"db-{i}", owner=("StatefulSet", "db")), since=i) for i in range(3)]
    key, nodes = "StatefulSet/default/db", [node("n1"), node("n2"), node("n3")]
    holds = [
        hold(f"left/default/db-{owner}/uid-{owner}", controller=key, node=f"n{number}", since=number)
        for number, owner in ((1, 2), (2, 9), (3, 1))
    ]
    seen = waiting(build_snapshot(world(*pods, nodes=nodes, ledger=ledger(*holds))))
    assert [seen[f"uid-db-{i}"].hold for i in range(3)] == ["n2", "n3", "n1"]


def test_a_hold_fits_only_what_it_was_made_for() -> None:
    seen = waiting(build_snapshot(world(web("large", gpus=2), ledger=ledger(hold()))))
    assert seen["uid-large"].hold is None


def test_a_hold_on_a_node_that_admits_nothing_is_worth_nothing() -> None:
    cordoned = world(web("a"), nodes=[node(unschedulable=True)], ledger=ledger(hold()))
    assert waiting(build_snapshot(cordoned))["uid-a"].hold is None


def test_families_become_profiles_and_unknown_names_admit_nowhere() -> None:
    profiles = [profile("h200-air", family="h200"), profile("h200-liquid", family="h200"), profile("b200")]
    asked = pod(annotations={names.ACCELERATORS: "b200,h200,x1"})
    (waiter,) = build_snapshot(world(asked, profiles=profiles)).waiters
    assert waiter.shape.accelerators == ("b200", "h200-air", "h200-liquid", "x1")
    (lost,) = build_snapshot(world(pod(annotations={names.ACCELERATORS: "x1"}), profiles=profiles)).waiters
    assert lost.shape.accelerators == ("x1",)


def test_bound_volumes_narrow_the_nodes() -> None:
    terms = ((Requirement("zone", "In", ("a",)),),)
    claims = [{"name": "v", "persistentVolumeClaim": {"claimName": name}} for name in ("bound", "unbound")]
    (waiter,) = build_snapshot(world(pod(volumes=claims), volumes={"default/bound": terms})).waiters
    assert waiter.shape.volume_terms == (terms,)


def test_pods_that_differ_only_in_labels_nobody_asks_for_are_equal() -> None:
    pods = [pod(f"p{number}", labels={"index": str(number), "app": "x"}) for number in range(3)]
    assert len({id(waiter.shape) for waiter in build_snapshot(world(*pods)).waiters}) == 1


class TestReplicas:
    """Replicas of pools that have no pod yet."""

    def test_each_missing_replica_waits(self) -> None:
        (first, *others) = build_snapshot(world(pools=[pool(created=9, priority=5)])).waiters
        assert (first.uid, first.priority, first.since) == ("replica/default/chat/0", 5, 9)
        assert first.controller == "Pool/default/chat"
        assert len(others) == 2 and all(other.shape is first.shape for other in others)

    def test_pods_and_holds_are_replicas_already(self) -> None:
        labels = {names.POOL: "chat"}
        placed = reserved(pod("a", node="n1", labels=labels), 1)
        gated = pod("b", labels=labels)
        own = hold(controller="Deployment/default/chat-hall")
        one_missing = world(placed, gated, pools=[pool(replicas=4)], ledger=ledger(own))
        assert [uid for uid in waiting(build_snapshot(one_missing)) if uid.startswith("replica")] == [
            "replica/default/chat/3"
        ]

    def test_a_hold_that_a_pod_takes_counts_once(self) -> None:
        labels = {names.POOL: "chat", "pod-template-hash": "abc"}
        gated = pod("b", labels=labels, owner=("ReplicaSet", "chat-hall-abc"))
        own = hold(controller="Deployment/default/chat-hall")
        snapshot = build_snapshot(world(gated, pools=[pool(replicas=2)], ledger=ledger(own)))
        assert waiting(snapshot)["uid-b"].hold == "n1"
        assert "replica/default/chat/1" in waiting(snapshot)

    def test_what_the_deployments_ask_for_will_have_its_own_pods(self) -> None:
        assert len(build_snapshot(world(pools=[pool(replicas=4, deployed=3)])).waiters) == 1

    def test_a_pod_on_its_way_out_is_no_replica(self) -> None:
        leaving = replace(pod("a", node="n1", labels={names.POOL: "chat"}), terminating=True)
        assert len(build_snapshot(world(leaving, pools=[pool(replicas=1)])).waiters) == 1

    def test_too_many_replicas_leave_nobody_waiting(self) -> None:
        pods = [pod(f"p{number}", node="n1", labels={names.POOL: "chat"}) for number in range(3)]
        assert build_snapshot(world(*pods, pools=[pool(replicas=1)])).waiters == ()

    def test_sites_come_best_first_and_none_is_not_any(self) -> None:
        sites = [small_site(name="a"), small_site(name="b")]
        (waiter,) = build_snapshot(world(nodes=[], sites=sites, pools=[pool(replicas=1)])).waiters
        assert set(waiter.shape.sites) == {"a", "b"}
        picky = pool(replicas=1, site_labels={"region": "north"})
        (waiter,) = build_snapshot(world(nodes=[], sites=sites, pools=[picky])).waiters
        assert waiter.shape.sites == ("",)
