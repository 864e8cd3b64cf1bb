"""A namespace says in which countries its pods may run, and no pod of it is given a place elsewhere;
training goes to the fabric.

The auditor, which reads the annotations on its own, judges every grant of the test.
"""

from __future__ import annotations

from collections import Counter

from ampacity import names
from hack import settled
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.e2e.situations import edit, edit_pool, pool_told, until
from tests.integration.controllers.steps import POOLS, pool

COUNTRIES = {"lulea": "SE", "paris": "FR"}
FIT = 4
ROOM_KW = objects.IDLE_KW + FIT * objects.GPU_KW


def _allow(cluster: LocalCluster, namespace: str, text: str | None) -> None:
    annotations = {"metadata": {"annotations": {names.RESIDENCY: text}}}
    cluster.api.patch(f"/api/v1/namespaces/{namespace}", annotations, kind="merge")


def _at(cluster: LocalCluster, namespace: str) -> Counter[str]:
    """Running pods by country."""
    pods = settled.gpu_pods(cluster.api, namespace)
    return Counter(COUNTRIES[pod.node.split("-")[0]] for pod in pods if pod.running)


def _told(cluster: LocalCluster, namespace: str, name: str) -> tuple[str, str]:
    """Why a pod waits."""
    return next(pod.powered[1:] for pod in settled.gpu_pods(cluster.api, namespace) if pod.name == name)


def _create(cluster: LocalCluster, namespace: str, *names_: str) -> None:
    objects.create_pods(cluster.api, namespace, [objects.gated_pod(name) for name in names_])


def test_residency_of_a_namespace(stage: LocalCluster, operator: OperatorProcess, namespace: str) -> None:
    objects.create(stage.api, objects.round_profile())
    for site, country in COUNTRIES.items():
        envelope = objects.two_feeds(site, "100kW", {"names": "r1", "limit": f"{ROOM_KW}kW"})
        envelope["spec"] |= {
            "location": {"country": country},
            "tier": "Edge" if site == "lulea" else "Central",
        }
        objects.create(stage.api, envelope)
        stage.add_nodes(objects.node_line(1, "r1", site))
    _allow(stage, namespace, "FR")
    _pods_stay_inside(stage, namespace)
    _nothing_begins_where_nobody_knows(stage, namespace)
    _a_pool_follows(stage, namespace)
    _allow(stage, namespace, None)
    _training_goes_to_the_fabric(stage, namespace)


def _pods_stay_inside(cluster: LocalCluster, namespace: str) -> None:
    """More than fit in France, while Sweden is empty."""
    _create(cluster, namespace, *(f"p{number}" for number in range(FIT + 1)))
    settled.wait(cluster.api, 60, pods=FIT + 1)
    assert _at(cluster, namespace) == {"FR": FIT}
    _allow(cluster, namespace, "FR, SE")
    until(lambda: _at(cluster, namespace) == {"FR": FIT, "SE": 1}, "the last pod to start in Sweden")
    _allow(cluster, namespace, "DE")
    _create(cluster, namespace, "german")
    until(lambda: _told(cluster, namespace, "german")[0] == "NoSiteAllowed", "the pod to be told")
    assert f"namespace {namespace} allows only DE" in _told(cluster, namespace, "german")[1]


def _nothing_begins_where_nobody_knows(cluster: LocalCluster, namespace: str) -> None:
    """Until the annotation is corrected; then it runs without anybody's help."""
    _allow(cluster, namespace, "Sweden")
    until(lambda: "'Sweden' is no country" in _told(cluster, namespace, "german")[1], "the remedy")
    assert _at(cluster, namespace) == {"FR": FIT, "SE": 1}
    _allow(cluster, namespace, None)
    until(lambda: _at(cluster, namespace) == {"FR": FIT, "SE": 2}, "the pod to run")


def _a_pool_follows(cluster: LocalCluster, namespace: str) -> None:
    """It leaves what is not allowed any more, and says what keeps it from going on."""
    cluster.api.delete(f"/api/v1/namespaces/{namespace}/pods")
    until(lambda: not settled.gpu_pods(cluster.api, namespace), "the pods to go")
    wanted = pool("chat", 2, gpusPerReplica=1, placement={"residency": ["SE"]})
    cluster.api.post(POOLS.format(namespace), wanted)
    until(lambda: _at(cluster, namespace) == {"SE": 2}, "the pool to run in Sweden")
    edit_pool(cluster, namespace, "chat", placement={"residency": ["SE", "FR"]})
    _allow(cluster, namespace, "FR")
    until(lambda: _at(cluster, namespace) == {"FR": 2}, "the pool to move to France")
    _allow(cluster, namespace, "DE")
    until(lambda: pool_told(cluster, namespace, "chat", "Ready")[0] == "NoSiteAllowed", "a reason")
    waits = pool_told(cluster, namespace, "chat", "Ready")[1]
    assert f"namespace {namespace} allows only DE; without that, there would be lulea (in SE)" in waits
    until(lambda: _at(cluster, namespace) == {}, "the pool to leave France")


def _training_goes_to_the_fabric(cluster: LocalCluster, namespace: str) -> None:
    """Central first; the edge only once it states a fabric of the size, or where it is named."""
    edit_pool(cluster, namespace, "chat", replicas=0)
    until(lambda: not settled.gpu_pods(cluster.api, namespace), "the pool to go")
    training = {names.WORKLOAD: "training", names.INTERCONNECT: "32"}
    pods = [objects.gated_pod(f"t{number}") for number in range(FIT + 1)]
    for pod in pods:
        pod["metadata"]["labels"] = training
    named = objects.gated_pod("sovereign")
    named["metadata"]["labels"] = training | {names.SITE: "lulea"}
    objects.create_pods(cluster.api, namespace, [*pods, named])
    settled.wait(cluster.api, 60, pods=FIT + 2)
    assert _at(cluster, namespace) == {"FR": FIT, "SE": 1}
    edit(cluster, "lulea", interconnect={"gpus": 64})
    until(lambda: _at(cluster, namespace) == {"FR": FIT, "SE": 2}, "the last one to start at the edge")
