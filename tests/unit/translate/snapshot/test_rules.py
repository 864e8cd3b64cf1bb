"""Which placed pods the planner is told about."""

from typing import Any

from ampacity import names
from ampacity.core.snapshot import Resident
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.kube import REQUIRED, pod
from tests.builders.world import fence, hold, ledger, pool, world


def apart(app: str = "x", **more: Any) -> dict[str, Any]:
    """A pod spec's anti-affinity to pods of an app."""
    term = {"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": "kubernetes.io/hostname", **more}
    return {"podAntiAffinity": {REQUIRED: [term]}}


def placed(name: str, app: str = "x", **more: Any):  # type: ignore[no-untyped-def]
    return pod(name, node="n1", labels={"app": app, "index": name}, **more)


def residents(*pods: Any, **more: Any) -> tuple[Resident, ...]:
    return build_snapshot(world(*pods, **more)).residents


def test_without_rules_nobody_is_told() -> None:
    assert residents(placed("a"), pod("w")) == ()


def test_pods_that_a_waiter_avoids_with_only_the_labels_it_looks_at() -> None:
    told = residents(placed("a"), placed("b", app="y"), pod("w", affinity=apart()))
    assert told == (Resident("default", (("app", "x"),), "n1"),)


def test_pods_of_other_namespaces_only_if_the_rule_reaches_them() -> None:
    foreign = placed("a", namespace="other")
    assert residents(foreign, pod("w", affinity=apart())) == ()
    assert len(residents(foreign, pod("w", affinity=apart(namespaces=["other"])))) == 1
    assert len(residents(foreign, pod("w", affinity=apart(namespaceSelector={})))) == 1


def test_pods_that_repel_others_are_told_always() -> None:
    (told,) = residents(placed("a", app="y", affinity=apart("z")), pod("w"))
    assert told.rules and told.labels == (("app", "y"),)


def test_spread_looks_at_pods_too() -> None:
    constraint = {
        "labelSelector": {"matchLabels": {"app": "x"}},
        "topologyKey": "rack",
        "maxSkew": 1,
        "whenUnsatisfiable": "DoNotSchedule",
    }
    assert len(residents(placed("a"), pod("w", topologySpreadConstraints=[constraint]))) == 1


def test_announced_grants_and_untaken_holds_are_placed_too() -> None:
    announced = pod("g", labels={"app": "chat"})
    own = hold(controller="Deployment/default/chat-hall")
    told = residents(
        announced,
        pod("w", affinity=apart("chat")),
        pools=[pool(replicas=1)],
        ledger=ledger(fence(announced), own),
    )
    assert told == (Resident("default", (("app", "chat"),), "n1"),) * 2


def test_a_hold_that_a_waiter_takes_is_no_resident() -> None:
    labels = {names.POOL: "chat", "pod-template-hash": "abc", "app": "chat"}
    waiter = pod("w", labels=labels, owner=("ReplicaSet", "chat-hall-abc"), affinity=apart("chat"))
    own = hold(controller="Deployment/default/chat-hall")
    assert residents(waiter, pools=[pool(replicas=1)], ledger=ledger(own)) == ()
