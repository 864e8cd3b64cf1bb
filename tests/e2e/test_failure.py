"""Two feeds that could carry the load together but not alone; and one of them declared failed."""

import re
import time

from hack import settled
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects

RACKS, NODES, PODS = 4, 2, 64
FIT = 40
FEED_KW = RACKS * NODES * objects.IDLE_KW + FIT * objects.GPU_KW


def _started(cluster: LocalCluster, namespace: str) -> None:
    envelope = objects.two_feeds("twin", f"{FEED_KW}kW", {"names": f"r[1-{RACKS}]"})
    objects.create(cluster.api, objects.round_profile(), envelope)
    cluster.add_nodes(objects.node_line(NODES, f"r[1-{RACKS}]", "twin"))
    objects.create_pods(cluster.api, namespace, [objects.gated_pod(f"p-{i}") for i in range(PODS)])
    settled.wait(cluster.api, 90, pods=PODS)


def _running(cluster: LocalCluster, namespace: str) -> set[str]:
    return {pod.uid for pod in settled.gpu_pods(cluster.api, namespace) if pod.running}


def test_failure_of_one_feed_is_what_refuses(
    stage: LocalCluster, operator: OperatorProcess, namespace: str
) -> None:
    """Together the feeds carry twice as much; the refusal names the failure that they would not survive."""
    _started(stage, namespace)
    pods = settled.gpu_pods(stage.api, namespace)
    assert sum(pod.running for pod in pods) == FIT
    refused = [pod.powered for pod in pods if pod.gated]
    assert {reason for _, reason, _ in refused} == {"InsufficientRedundancy"}
    sentence = re.compile(r"twin: rack r\d: feed feed-[ab] short by 1 kW if feed feed-[ab] fails")
    assert all(sentence.fullmatch(text) for _, _, text in refused)


def test_failure_declared_leaves_what_runs(
    stage: LocalCluster, operator: OperatorProcess, namespace: str
) -> None:
    """`state: Failed` on a feed: everything that runs runs on, the other feed carries it, nothing is over."""
    _started(stage, namespace)
    before = _running(stage, namespace)
    failed = [
        {"name": f"feed-{f}", "type": "Feed", "capacity": f"{FEED_KW}kW", "failureDomain": True} for f in "ab"
    ]
    failed[1]["state"] = "Failed"
    path = f"{objects.GROUP_PATH}/sitepowerenvelopes/twin"
    stage.api.patch(path, {"spec": {"domains": failed, "each": None}})

    found = _conditions_with(stage, "RedundancyLost")
    assert "feed-b" in found["RedundancyLost"]["message"]
    assert "Overloaded" not in found
    settled.wait(stage.api, 30)
    assert _running(stage, namespace) == before
    waiting = [pod.powered[2] for pod in settled.gpu_pods(stage.api, namespace) if pod.gated]
    assert len(waiting) == PODS - FIT
    assert all("feed-a short by" in text for text in waiting)


def _conditions_with(cluster: LocalCluster, kind: str) -> dict[str, dict[str, str]]:
    deadline = time.monotonic() + 20
    while kind not in (found := objects.conditions(cluster.api, "sitepowerenvelopes", "twin")):
        assert time.monotonic() < deadline, f"no condition {kind} among {sorted(found)}"
        time.sleep(0.2)
    return found
