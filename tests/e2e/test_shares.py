"""Power shared out by class of work: no class over its share, what is kept for training is there for it.

The auditor, which works shares out on its own, judges every grant of the test.
"""

from __future__ import annotations

from collections import Counter

import pytest

from ampacity import names
from hack import settled
from hack.api import ApiError, Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.e2e.situations import ENVELOPES, create_pool, edit, edit_pool, pods_at, told, until

SITE = "mixed"
NODES = 3
# 30 kW: 6 idle and 24 GPUs of 1 kW. Beside training's 10 kW others add 14; inference counts 1.25 kW a GPU.
FEED_KW, KEPT_KW, MOST_KW = 30, 10, 10


def _pods(kind: str, count: int, first: int = 0) -> list[Object]:
    pods = pods_at(SITE, count, first)
    for pod in pods:
        pod["metadata"]["name"] = f"{kind}-{pod['metadata']['name']}"
        pod["metadata"]["labels"][names.WORKLOAD] = kind
    return pods


def _running(cluster: LocalCluster, namespace: str) -> Counter[str]:
    """GPUs at work, by class."""
    pods = settled.gpu_pods(cluster.api, namespace)
    return Counter(pod.labels.get(names.WORKLOAD, "inference") for pod in pods if pod.running)


def _refused(cluster: LocalCluster, namespace: str, kind: str) -> set[tuple[str, str]]:
    pods = settled.gpu_pods(cluster.api, namespace)
    return {pod.powered[1:] for pod in pods if pod.gated and pod.labels.get(names.WORKLOAD) == kind}


def _shares(training_kw: float, inference_kw: float) -> list[Object]:
    return [
        {"workload": "Training", "atLeast": f"{training_kw}kW"},
        {"workload": "Inference", "atMost": f"{inference_kw}kW"},
    ]


def _shown(cluster: LocalCluster) -> dict[str, Object]:
    """The shares of the envelope's status, by class."""
    status = cluster.api.get(f"{ENVELOPES}/{SITE}").get("status", {})
    return {share["workload"]: share for share in status.get("shares", ())}


def test_shares_of_classes_of_work(stage: LocalCluster, operator: OperatorProcess, namespace: str) -> None:
    envelope = objects.two_feeds(SITE, f"{FEED_KW}kW", {"names": "r1"})
    envelope["spec"]["shares"] = _shares(KEPT_KW, MOST_KW)
    objects.create(stage.api, objects.round_profile(), envelope)
    stage.add_nodes(objects.node_line(NODES, "r1", SITE))
    _inference_stops_at_its_share(stage, namespace)
    _batch_leaves_what_is_kept(stage, namespace)
    _training_finds_it(stage, operator, namespace)
    _less_ends_nothing(stage, namespace)
    _bad_shares_change_nothing(stage)


def _inference_stops_at_its_share(cluster: LocalCluster, namespace: str) -> None:
    """Pods of a pool and pods of nobody, in both lanes."""
    create_pool(cluster, namespace, SITE, 6)
    settled.wait(cluster.api, 30, pods=6)
    objects.create_pods(cluster.api, namespace, _pods("inference", 6))
    until(lambda: _running(cluster, namespace)["inference"] == 8, "as many as the share carries")
    short = ("InsufficientShare", f"{SITE}: share of inference (10 kW) short by 1.3 kW")
    until(lambda: _refused(cluster, namespace, "inference") == {short}, "the reason")
    until(lambda: _shown(cluster)["Inference"] == _share("Inference", "10 kW", headroom="0 W"), "the status")


def _share(workload: str, drawn: str, **more: str) -> Object:
    return {"workload": workload, "drawn": drawn, **more}


def _batch_leaves_what_is_kept(cluster: LocalCluster, namespace: str) -> None:
    objects.create_pods(cluster.api, namespace, _pods("batch", 8))
    until(lambda: _running(cluster, namespace)["batch"] == 6, "what others may have")
    rest = ("InsufficientShare", f"{SITE}: power beside what is kept for training (20 kW) short by 1 kW")
    until(lambda: _refused(cluster, namespace, "batch") == {rest}, "the reason")
    kept = _share("Training", "0 W", othersHeadroom="0 W")
    until(lambda: _shown(cluster)["Training"] == kept, "the status")


def _training_finds_it(cluster: LocalCluster, operator: OperatorProcess, namespace: str) -> None:
    """Also after a restart, when everything is read anew."""
    operator.stop()
    objects.create_pods(cluster.api, namespace, _pods("training", 12))
    operator.start()
    operator.wait_ready()
    until(lambda: _running(cluster, namespace)["training"] == 10, "all that was kept")
    settled.wait(cluster.api, 30)
    assert _running(cluster, namespace) == {"inference": 8, "batch": 6, "training": 10}


def _less_ends_nothing(cluster: LocalCluster, namespace: str) -> None:
    """What runs beyond a lowered share goes on; only once enough has left does more begin."""
    edit(cluster, SITE, shares=_shares(KEPT_KW, MOST_KW / 2))
    said = "inference draws 10 kW, 5 kW over its 5 kW"
    until(lambda: said in told(cluster, SITE, "ShareExceeded"), "the condition")
    edit_pool(cluster, namespace, SITE, replicas=3)
    until(lambda: _running(cluster, namespace)["inference"] == 5, "the end of those nobody wants")
    batch = [pod.name for pod in settled.gpu_pods(cluster.api, namespace) if pod.name.startswith("batch")]
    cluster.kubectl("delete", "pod", *batch[:3], "-n", namespace)
    until(lambda: _running(cluster, namespace) == {"inference": 5, "batch": 5, "training": 12}, "the others")
    settled.wait(cluster.api, 30)
    assert _running(cluster, namespace) == {"inference": 5, "batch": 5, "training": 12}
    edit(cluster, SITE, shares=_shares(KEPT_KW, MOST_KW))
    until(lambda: _running(cluster, namespace)["inference"] == 7, "as many as there are GPUs")
    until(lambda: not told(cluster, SITE, "ShareExceeded"), "the end of the condition")


def _bad_shares_change_nothing(cluster: LocalCluster) -> None:
    with pytest.raises(ApiError, match=r"Duplicate value"):
        edit(cluster, SITE, shares=[*_shares(1, 1), *_shares(1, 1)])
    with pytest.raises(ApiError, match="a share without atLeast and atMost says nothing"):
        edit(cluster, SITE, shares=[{"workload": "Batch"}])
    edit(cluster, SITE, shares=_shares(FEED_KW + 1, MOST_KW))
    fault = "spec.shares[0].atLeast: 31 kW for training is more than the 30 kW that its racks can draw"
    until(lambda: fault in told(cluster, SITE, "Stalled"), "the field and the remedy")
    assert "state at most 30 kW" in told(cluster, SITE, "Stalled")
    ready = objects.conditions(cluster.api, "sitepowerenvelopes", SITE)["Ready"]
    assert (ready["status"], ready["reason"]) == ("True", "LastGoodInForce")
