"""Kubelets that refuse what they are given: pods fail at once, and no loop of failed pods comes of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ampacity import names
from ampacity.audit.recorder import Recorder
from hack import settled
from hack.api import ApiError, Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects, workloads
from tests.e2e.situations import at, create_pool, edit_pool, pool_told, running, until

WATCHED_S = 25
REFUSED = {
    "phase": "Failed",
    "reason": "OutOfcpu",
    "message": "Pod was rejected: Node didn't have enough resource: cpu, requested: 1, used: 4, capacity: 4",
}
LET_IN = {
    "phase": "Running",
    "conditions": [{"type": "Ready", "status": "True"}, {"type": "ContainersReady", "status": "True"}],
}
BY_HAND = {"simulation.ampacity.io/start": "by-hand"}


class Kubelets:
    """Those of all nodes, for pods that start by hand: they refuse all, and then let all in."""

    def __init__(self, cluster: LocalCluster, namespace: str) -> None:
        self._api, self._path = cluster.api, f"/api/v1/namespaces/{namespace}/pods"
        self.refusing = True
        self.refused: dict[str, tuple[str, str]] = {}
        """Site and node of each pod that was refused, by uid."""

    @contextmanager
    def at_work(self) -> Iterator[None]:
        over = threading.Event()
        thread = threading.Thread(target=self._work, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def nodes(self, site: str) -> list[str]:
        """Where that site's pods were refused, in order."""
        return [node for of, node in self.refused.values() if of == site]

    def _work(self, over: threading.Event) -> None:
        while not over.wait(0.05):
            for pod in self._api.items(self._path, fieldSelector="status.phase=Pending"):
                metadata, node = pod["metadata"], pod["spec"].get("nodeName")
                if not node or "deletionTimestamp" in metadata:
                    continue
                refusing = self.refusing
                if self._write(metadata["name"], REFUSED if refusing else LET_IN) and refusing:
                    self.refused[metadata["uid"]] = (metadata["labels"][names.SITE], node)

    def _write(self, pod: str, status: Object) -> bool:
        """Whether the pod was still there."""
        try:
            self._api.patch(f"{self._path}/{pod}/status", {"status": status})
        except ApiError as error:
            if error.status != 404:
                raise
            return False
        return True


def test_lifecycle_of_pods_that_kubelets_refuse(
    stage: LocalCluster, recorder: Recorder, namespace: str
) -> None:
    """A Deployment in the fast lane, a gated one, and a pool: each is tried now and then, each time
    elsewhere, says why it waits, and runs once a kubelet lets it in."""
    sites = ("fast", "gated", "pool")
    kubelets = Kubelets(stage, namespace)
    with OperatorProcess(stage, extra={"AMPACITY_RESYNC": "1"}), kubelets.at_work():
        _create(stage, namespace, sites)
        until(lambda: all(kubelets.nodes(site) for site in sites), "the first refusals")
        time.sleep(WATCHED_S)
        # Tries at 0 and 10 s, and the next one 20 s later; a pool's two replicas begin together, on one node.
        for site, most in (("fast", 2), ("gated", 2), ("pool", 3)):
            tried = kubelets.nodes(site)
            assert 2 <= len(tried) <= most and len(set(tried)) == 2, tried
        _told(stage, namespace)
        kubelets.refusing = False
        until(lambda: [len(running(stage, namespace, site)) for site in sites] == [1, 1, 2], "all to run")


def _create(stage: LocalCluster, namespace: str, sites: tuple[str, ...]) -> None:
    envelopes = [objects.two_feeds(site, "100kW", {"names": "r[1-4]"}) for site in sites]
    objects.create(stage.api, objects.round_profile(), *envelopes)
    stage.add_nodes(*(objects.node_line(1, "r[1-4]", site) for site in sites))
    fast, gated = (workloads.controller("Deployment", site, site, 1) for site in ("fast", "gated"))
    del fast["spec"]["template"]["spec"]["schedulingGates"]
    fast["spec"]["template"]["spec"]["schedulerName"] = settled.SCHEDULER
    for one in (fast, gated):
        one["spec"]["template"]["metadata"]["annotations"] = BY_HAND
    workloads.create(stage.api, namespace, fast, gated)
    create_pool(stage, namespace, "pool", 0)
    containers = [{"name": "main", "image": "example/main:1"}]
    template = {"metadata": {"annotations": BY_HAND}, "spec": {"containers": containers}}
    edit_pool(stage, namespace, "pool", replicas=2, template=template)


def _told(stage: LocalCluster, namespace: str) -> None:
    """Whoever waits says what the kubelet said, and when the next try comes."""
    told = [pod.powered[1:] for site in ("fast", "gated") for pod in at(stage, namespace, site) if pod.gated]
    told.append(pool_told(stage, namespace, "pool", "Waiting"))
    assert len(told) == 3
    for reason, sentence in told:
        assert reason == "BackingOff" and "whose kubelet refused it (OutOfcpu: Pod was" in sentence, sentence
        assert "try 3 comes after" in sentence or "another pod of its template" in sentence, sentence
