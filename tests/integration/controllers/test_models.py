"""Pools that name a model: the server's pods on a real control plane, and what edits of the profile do."""

from __future__ import annotations

from typing import Any

from hack import settled
from hack.api import Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.builders.resources import fit, model
from tests.e2e import objects
from tests.integration.controllers.steps import POOLS, change, deployments, eventually, pods, site, verdicts

PROFILES = f"{objects.GROUP_PATH}/modelprofiles"
CHAT = f"{PROFILES}/chat-8b"


def prepare(stage: LocalCluster) -> None:
    objects.create(stage.api, objects.round_profile(), site("milan", "Edge", "6kW", racks="r1"))
    stage.add_nodes(objects.node_line(1, "r1", "milan"))
    stage.api.post(PROFILES, model(fits=[fit("round", 2), fit("nowhere", 1)]))


def pool(profile: str = "chat-8b", **spec: Any) -> Object:
    return {
        "apiVersion": objects.API,
        "kind": "GPUInferencePool",
        "metadata": {"name": "chat"},
        "spec": {"replicas": 2, "accelerators": ["round"], "model": {"profile": profile}, **spec},
    }


def test_a_model_is_served_by_pods_of_its_fit(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    path = POOLS.format(namespace)
    stage.api.post(path, pool())
    settled.wait(stage.api, 40, pods=2)
    assert deployments(stage.api, namespace) == {"chat-milan": 2}
    for pod in pods(stage.api, namespace):
        (container,) = pod["spec"]["containers"]
        assert container["command"] == ["vllm", "serve", "example/chat-8b"]
        assert "--tensor-parallel-size=2" in container["args"]
        assert container["resources"]["limits"] == {"nvidia.com/gpu": "2"}
    found = stage.api.get(CHAT)
    assert eventually(lambda: stage.api.get(CHAT)["status"].get("usable") == 1)
    assert verdicts(found)["Ready"] == ("True", "InForce")
    assert verdicts(found)["UnusableFits"] == ("True", "NoSuchServer")


def test_a_profile_that_goes_leaves_what_runs(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    path = POOLS.format(namespace)
    stage.api.post(path, pool())
    settled.wait(stage.api, 40, pods=2)
    before = {pod["metadata"]["uid"] for pod in pods(stage.api, namespace)}
    stage.api.delete(CHAT)
    stalled = ("True", "InvalidSpec")
    assert eventually(lambda: verdicts(stage.api.get(f"{path}/chat")).get("Stalled") == stalled)
    (message,) = (
        c["message"] for c in stage.api.get(f"{path}/chat")["status"]["conditions"] if c["type"] == "Stalled"
    )
    assert "spec.model.profile: no ModelProfile in force is called chat-8b" in message
    assert {pod["metadata"]["uid"] for pod in pods(stage.api, namespace)} == before


def test_an_edit_of_the_fit_makes_other_pods(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    prepare(stage)
    path = POOLS.format(namespace)
    stage.api.post(path, pool(replicas=1))
    settled.wait(stage.api, 40, pods=1)
    change(stage.api, CHAT, fits=[fit("round", 1)])
    limits = {"nvidia.com/gpu": "1"}
    asked = lambda: [p["spec"]["containers"][0]["resources"]["limits"] for p in pods(stage.api, namespace)]  # noqa: E731
    assert eventually(lambda: asked() == [limits])
