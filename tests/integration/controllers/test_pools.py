"""Pools: one Deployment a site, with exactly the replicas that have a place."""

from __future__ import annotations

from hack import settled
from hack.api import Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.integration.controllers.steps import (
    POOLS,
    change,
    deployments,
    eventually,
    pods,
    pool,
    running,
    site,
    verdicts,
)

# A node draws 2 kW idle and 1 kW a GPU: the edge carries two replicas of two GPUs, the centre four.
EDGE = site("milan", "Edge", "6kW", racks="r1")
CENTRAL = site("lulea", "Central", "6kW")


def prepare(stage: LocalCluster) -> None:
    objects.create(stage.api, objects.round_profile(), EDGE, CENTRAL)
    stage.add_nodes(objects.node_line(1, "r1", "milan"), objects.node_line(1, "r[1-2]", "lulea"))


def test_replicas_fill_the_preferred_tier_and_then_the_next(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    path = POOLS.format(namespace)
    stage.api.post(path, pool("chat", 8, placement={"tiers": ["Edge", "Central"]}))
    settled.wait(stage.api, 40, pods=6)
    assert deployments(stage.api, namespace) == {"chat-milan": 2, "chat-lulea": 4}
    assert len(pods(stage.api, namespace)) == running(stage.api, namespace) == 6
    found = stage.api.get(f"{path}/chat")
    assert (found["status"]["replicas"], found["status"]["waiting"]) == (6, 2)
    assert verdicts(found)["Waiting"] == ("True", "InsufficientPower")
    assert {(s["site"], s["placed"], s["waiting"]) for s in found["status"]["sites"]} == {
        ("milan", 2, 2), ("lulea", 4, 2),
    }  # fmt: skip


def test_a_pool_shrinks_at_the_least_preferred_site_and_grows_again(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    path = POOLS.format(namespace)
    stage.api.post(path, pool("chat", 6, placement={"tiers": ["Edge", "Central"]}))
    settled.wait(stage.api, 40, pods=6)
    change(stage.api, f"{path}/chat", replicas=3)
    assert eventually(lambda: deployments(stage.api, namespace) == {"chat-milan": 2, "chat-lulea": 1})
    change(stage.api, f"{path}/chat", replicas=0)
    assert eventually(lambda: deployments(stage.api, namespace) == {})
    every_pod = f"/api/v1/namespaces/{namespace}/pods"
    assert eventually(lambda: stage.api.items(every_pod) == [])  # one that is on its way out keeps its place
    change(stage.api, f"{path}/chat", replicas=3)
    settled.wait(stage.api, 40, pods=3)
    assert deployments(stage.api, namespace) == {"chat-milan": 2, "chat-lulea": 1}


def test_a_pool_that_grows_again_takes_the_places_that_its_pods_leave(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    """Its pods need 20 s to end, and there is room at the next tier."""
    prepare(stage)
    path = POOLS.format(namespace)
    stage.api.post(path, leaving_pool("slow", 30))
    settled.wait(stage.api, 40, pods=2)
    change(stage.api, f"{path}/chat", replicas=0)
    assert eventually(lambda: pods(stage.api, namespace) == [])
    change(stage.api, f"{path}/chat", replicas=2)
    assert eventually(lambda: running(stage.api, namespace) == 2, 60)
    assert deployments(stage.api, namespace) == {"chat-milan": 2}


def test_a_pool_does_not_wait_for_pods_that_hang(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    path = POOLS.format(namespace)
    stage.api.post(path, leaving_pool("stuck", 1))
    settled.wait(stage.api, 40, pods=2)
    change(stage.api, f"{path}/chat", replicas=0)
    assert eventually(lambda: pods(stage.api, namespace) == [])
    change(stage.api, f"{path}/chat", replicas=2)
    assert eventually(lambda: deployments(stage.api, namespace).get("chat-milan") == 2)
    assert eventually(lambda: running(stage.api, namespace) == 2, 60)
    assert deployments(stage.api, namespace)["chat-lulea"] == 2


def leaving_pool(termination: str, grace_s: int) -> Object:
    """Two replicas that prefer the edge and fill it, and end as told."""
    template = {
        "metadata": {"annotations": {"simulation.ampacity.io/termination": termination}},
        "spec": {
            "containers": [{"name": "server", "image": "example/server"}],
            "terminationGracePeriodSeconds": grace_s,
        },
    }
    return pool("chat", 2, placement={"tiers": ["Edge", "Central"]}, template=template)


def test_a_site_that_is_not_wanted_any_more_is_left(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    path = POOLS.format(namespace)
    stage.api.post(path, pool("chat", 4, placement={"tiers": ["Edge", "Central"]}))
    settled.wait(stage.api, 40, pods=4)
    change(stage.api, f"{path}/chat", placement={"tiers": ["Central"]})
    assert eventually(lambda: deployments(stage.api, namespace) == {"chat-lulea": 4}, 60)
    assert eventually(lambda: running(stage.api, namespace) == 4, 60)


def test_edits_of_our_deployment_are_put_right(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    stage.api.post(POOLS.format(namespace), pool("chat", 2))
    settled.wait(stage.api, 40, pods=2)
    (name,) = deployments(stage.api, namespace)
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}"
    stage.api.patch(path, {"spec": {"replicas": 5}}, kind="merge")
    assert eventually(lambda: deployments(stage.api, namespace) == {name: 2})
    scheduler = lambda: stage.api.get(path)["spec"]["template"]["spec"]["schedulerName"]  # noqa: E731
    assert scheduler() == "ampacity"
    stage.api.patch(path, {"spec": {"template": {"spec": {"schedulerName": None}}}}, kind="merge")
    assert eventually(lambda: scheduler() == "ampacity")


def test_somebody_elses_deployment_is_never_taken_over(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    labels, containers = {"app": "other"}, [{"name": "c", "image": "i"}]
    other = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "chat-milan"},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    }
    stage.api.post(f"/apis/apps/v1/namespaces/{namespace}/deployments", other)
    path = POOLS.format(namespace)
    stage.api.post(path, pool("chat", 1, placement={"tiers": ["Edge"]}))

    def told() -> bool:
        conditions = stage.api.get(f"{path}/chat").get("status", {}).get("conditions", ())
        return any("is not of this pool" in one["message"] for one in conditions)

    assert eventually(told)
    found = stage.api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/chat-milan")
    assert found["spec"]["selector"]["matchLabels"] == labels


def test_a_pool_with_a_contradiction_is_stalled_and_left_alone(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    path = POOLS.format(namespace)
    stage.api.post(path, pool("chat", 2, accelerators=["round"]))
    settled.wait(stage.api, 40, pods=2)
    before = deployments(stage.api, namespace)
    change(stage.api, f"{path}/chat", replicas=0, gpuResource="habana.ai/gaudi")
    stalled = lambda: verdicts(stage.api.get(f"{path}/chat")).get("Stalled") == ("True", "InvalidSpec")  # noqa: E731
    assert eventually(stalled)
    assert deployments(stage.api, namespace) == before


def test_pods_that_ask_for_more_than_the_template_still_run(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    """A LimitRange adds requests, so no pod matches the hold that was made for it."""
    limits = {"type": "Container", "defaultRequest": {"cpu": "100m"}, "default": {"cpu": "1"}}
    body = {"kind": "LimitRange", "metadata": {"name": "cpu"}, "spec": {"limits": [limits]}}
    stage.api.post(f"/api/v1/namespaces/{namespace}/limitranges", body)
    prepare(stage)
    stage.api.post(POOLS.format(namespace), pool("chat", 2, placement={"tiers": ["Edge"]}))
    settled.wait(stage.api, 40, pods=2)
    assert running(stage.api, namespace) == 2
