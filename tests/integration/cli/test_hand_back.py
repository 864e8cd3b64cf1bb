"""A Deployment's template freed on a real control plane, with nothing that restarts by it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest

from ampacity import names
from ampacity.cli.removal.editing import Stuck
from ampacity.cli.removal.rollouts import MARK, HandBack
from ampacity.cluster.access import find_access
from ampacity.cluster.client import Client
from ampacity.cluster.errors import NotAllowed
from hack.api import Object
from hack.cluster import Cluster

_LABELS = {names.POOL: "web", names.SITE: "hall"}
_GATED: Object = {"schedulingGates": [{"name": names.GATE}]}
_SCHEDULED: Object = {"schedulerName": names.SCHEDULER}


class Subject:
    """A pool's Deployment of two replicas in a namespace of its own, and what belongs to it."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.cluster, self.api, self.namespace = cluster, cluster.api, namespace
        self.all = f"/apis/apps/v1/namespaces/{namespace}"
        self.path = f"{self.all}/deployments/web"

    def create(self, spec: Object) -> None:
        template = {"metadata": {"labels": _LABELS, "annotations": {names.SINCE: "1"}}, "spec": _spec(spec)}
        body = {"replicas": 2, "selector": {"matchLabels": _LABELS}, "template": template}
        metadata = {"name": "web", "annotations": {"ampacity.io/template-hash": "1"}}
        deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": body}
        self.api.post(f"{self.all}/deployments", deployment)
        self.until(lambda: len(self.pods()) == 2, "two pods")

    def change(self, **spec: object) -> None:
        self.api.patch(self.path, {"spec": spec})

    def now(self) -> Object:
        return self.api.get(self.path)

    def sets(self) -> dict[str, Object]:
        return {one["metadata"]["uid"]: one for one in self.api.items(f"{self.all}/replicasets")}

    def pods(self) -> set[str]:
        pods = self.api.items(f"/api/v1/namespaces/{self.namespace}/pods")
        return {pod["metadata"]["uid"] for pod in pods if "deletionTimestamp" not in pod["metadata"]}

    def hand_back(self, writes: int = 1_000) -> None:
        """The work, cut off after so many writes. Raises NotAllowed if it was, and Stuck."""
        left = iter(range(writes))

        async def play() -> None:
            async with Client(find_access(self.cluster.kubeconfig)) as client:
                guard: Callable[[], bool] = lambda: next(left, None) is not None  # noqa: E731
                await HandBack(client, self.namespace, "web", ours=True, guard=guard, patience=30).run()

        asyncio.run(play())

    def until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < deadline, f"waited 30 s for {what}"
            time.sleep(0.1)


@pytest.fixture
def subject(cluster: Cluster, namespace: str) -> Iterator[Subject]:
    found = Subject(cluster, namespace)
    yield found
    found.api.delete(found.path)


@pytest.mark.parametrize("lane", [_GATED, _SCHEDULED], ids=["gate", "scheduler"])
def test_an_interruption_after_any_write_costs_nothing(subject: Subject, lane: Object) -> None:
    subject.create(lane)
    sets, pods = set(subject.sets()), subject.pods()
    writes = 0
    while _cut_off(subject, writes):
        writes += 1
    assert writes >= 4
    _handed_back(subject)
    assert (set(subject.sets()), subject.pods()) == (sets, pods)


def test_what_somebody_had_paused_stays_paused(subject: Subject) -> None:
    subject.create(_GATED)
    subject.change(paused=True)
    sets = set(subject.sets())
    assert _cut_off(subject, 1)
    subject.hand_back()
    assert subject.now()["spec"]["paused"] is True
    subject.change(paused=False)
    _handed_back(subject)
    assert set(subject.sets()) == sets


def test_a_replica_set_that_would_equal_the_present_one_goes(subject: Subject) -> None:
    """The pool had been moved from the gate to the scheduler: without them the two templates are the same."""
    subject.create(_GATED)
    [first] = subject.sets()
    scheduled = {"spec": {**_SCHEDULED, "schedulingGates": None}}
    subject.change(strategy={"type": "Recreate", "rollingUpdate": None}, template=scheduled)
    subject.until(lambda: _rolled_out(subject, first), "the rollout to end")
    second, pods = set(subject.sets()) - {first}, subject.pods()
    subject.hand_back()
    _handed_back(subject)
    assert (set(subject.sets()), subject.pods()) == (second, pods)


def test_a_rollout_under_way_goes_on_and_is_said(subject: Subject) -> None:
    """From one lane to the other; it cannot end, because the new pods never get ready."""
    subject.create(_SCHEDULED)
    subject.change(template={"spec": {**_GATED, "schedulerName": None}})
    subject.until(lambda: len(subject.sets()) == 2, "the rollout to begin")
    with pytest.raises(Stuck, match="in a rollout; run this command again"):
        subject.hand_back()
    assert len(subject.sets()) == 2


def _rolled_out(subject: Subject, first: str) -> bool:
    """Whether another ReplicaSet than the first has all the pods, and they exist."""
    sets = subject.sets()
    wanted = sum(one["spec"]["replicas"] for uid, one in sets.items() if uid != first)
    return not sets[first]["spec"]["replicas"] and 0 < wanted == len(subject.pods())


def _cut_off(subject: Subject, writes: int) -> bool:
    try:
        subject.hand_back(writes)
    except NotAllowed:
        return True
    return False


def _handed_back(subject: Subject) -> None:
    """Nothing of ours is left, its controller has looked, and has made nothing of it."""
    subject.until(
        lambda: subject.now()["status"]["observedGeneration"] == subject.now()["metadata"]["generation"],
        "the Deployment controller to look",
    )
    deployment = subject.now()
    assert not deployment["spec"].get("paused")
    for one in (deployment, *subject.sets().values()):
        spec, annotations = one["spec"]["template"]["spec"], one["metadata"].get("annotations", {})
        assert "schedulingGates" not in spec and spec["schedulerName"] == "default-scheduler"
        assert MARK not in annotations and "ampacity.io/template-hash" not in annotations
        assert "annotations" not in one["spec"]["template"]["metadata"]


def _spec(more: Object) -> Object:
    return {"containers": [{"name": "main", "image": "example/main"}], **more}
