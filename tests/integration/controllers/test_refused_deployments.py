"""Deployments that the API server does not take: the pool says so in its words, and comes back by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from hack import settled
from hack.api import Api, ApiError, Object
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

HALL = site("hall", "Central", "6kW", racks="r1")
POLICY = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic"
REFUSED, SETTLED = ("True", "DeploymentRefused"), ("False", "Settled")
DENIED = "no Deployments on Mondays"
SAME_PODS = "oldObject != null && object.spec.template == oldObject.spec.template"


def prepare(stage: LocalCluster) -> None:
    objects.create(stage.api, objects.round_profile(), HALL)
    stage.add_nodes(objects.node_line(1, "r1", "hall"))


@contextmanager
def denied(api: Api, namespace: str, unless: str = "false") -> Iterator[None]:
    """A policy against Deployments in this namespace, active while the block runs. `unless`: in CEL."""
    rule = {
        "apiGroups": ["apps"],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["deployments"],
    }
    spec = {
        "matchConstraints": {
            "resourceRules": [rule],
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        },
        "validations": [{"expression": unless, "message": DENIED}],
    }
    api.post(f"{POLICY}ies", {"metadata": {"name": "deny"}, "spec": spec})
    binding = {"policyName": "deny", "validationActions": ["Deny"]}
    api.post(f"{POLICY}ybindings", {"metadata": {"name": "deny"}, "spec": binding})
    try:
        assert eventually(lambda: denies(api, namespace))
        yield
    finally:
        api.delete(f"{POLICY}ybindings/deny")
        api.delete(f"{POLICY}ies/deny")


def denies(api: Api, namespace: str) -> bool:
    """Whether the policy is active."""
    labels = {"app": "probe"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    probe: Object = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "probe"},
        "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template},
    }
    try:
        api.post(f"/apis/apps/v1/namespaces/{namespace}/deployments?dryRun=All", probe)
    except ApiError:
        return True
    return False


def test_a_policy_against_it(operator: OperatorProcess, stage: LocalCluster, namespace: str) -> None:
    """Against its creation, and then against one more replica of it."""
    prepare(stage)
    path = POOLS.format(namespace)
    with denied(stage.api, namespace):
        stage.api.post(path, pool("chat", 1))
        assert eventually(lambda: stalled(stage.api, path) == REFUSED)
        found = stage.api.get(f"{path}/chat")
        assert verdicts(found)["Ready"] == verdicts(found)["Reconciling"] == ("False", "DeploymentRefused")
        message = next(c["message"] for c in found["status"]["conditions"] if c["type"] == "Stalled")
        assert f"refused Deployment {namespace}/chat-hall: " in message and DENIED in message
        time.sleep(12)  # a second try, which is refused too
        assert eventually(lambda: places(stage.api, path) == 0), "watts are held for it"
        assert stalled(stage.api, path) == REFUSED
    assert eventually(lambda: running(stage.api, namespace) == 1, 60)
    assert eventually(lambda: stalled(stage.api, path) == SETTLED)
    with denied(stage.api, namespace):
        change(stage.api, f"{path}/chat", replicas=2)
        assert eventually(lambda: stalled(stage.api, path) == REFUSED)
        assert eventually(lambda: places(stage.api, path) == 1), "watts are held for the second one"
        assert stalled(stage.api, path) == REFUSED and running(stage.api, namespace) == 1
    assert eventually(lambda: running(stage.api, namespace) == 2, 60)
    assert eventually(lambda: stalled(stage.api, path) == SETTLED)


def test_what_is_to_go_goes_though_the_rest_is_refused(
    operator: OperatorProcess, stage: LocalCluster, namespace: str
) -> None:
    """A new image is refused, so the pods of the old one stay; until they may not be there any more."""
    prepare(stage)
    path = POOLS.format(namespace)
    stage.api.post(path, pool("chat", 2))
    assert eventually(lambda: running(stage.api, namespace) == 2)
    other = {"spec": {"containers": [{"name": "server", "image": "example/other"}]}}
    with denied(stage.api, namespace, unless=SAME_PODS):
        change(stage.api, f"{path}/chat", template=other)
        assert eventually(lambda: stalled(stage.api, path) == REFUSED)
        assert running(stage.api, namespace) == 2
        annotations = {"ampacity.io/residency": "FR"}
        stage.api.patch(f"/api/v1/namespaces/{namespace}", {"metadata": {"annotations": annotations}})
        assert eventually(lambda: not pods(stage.api, namespace), 10), "its country is not France"


def places(api: Api, path: str) -> int:
    """How many replicas have a place."""
    replicas: int = api.get(f"{path}/chat")["status"]["replicas"]
    return replicas


def test_a_template_that_is_no_pod(operator: OperatorProcess, stage: LocalCluster, namespace: str) -> None:
    """An edit is tried at once, and a second pool with a good template never waits for the first."""
    prepare(stage)
    path = POOLS.format(namespace)
    bad = {"spec": {"containers": [{"name": "server", "image": "i"}], "restartPolicy": "Sometimes"}}
    stage.api.post(path, {**(made := pool("chat", 1)), "spec": {**made["spec"], "template": bad}})
    assert eventually(lambda: stalled(stage.api, path) == REFUSED)
    stage.api.post(path, pool("other", 1))
    assert eventually(lambda: "other-hall" in deployments(stage.api, namespace))
    change(stage.api, f"{path}/chat", template={"spec": {**bad["spec"], "restartPolicy": "Always"}})
    settled.wait(stage.api, 30, pods=2)
    assert stalled(stage.api, path) == SETTLED


def stalled(api: Api, path: str) -> tuple[str, str] | None:
    return verdicts(api.get(f"{path}/chat")).get("Stalled")
