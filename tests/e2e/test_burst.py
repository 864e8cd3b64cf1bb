"""Many equal pods at once: exactly as many run as the power carries, and never one more on the way."""

import re

from hack import settled
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects

RACKS, NODES = 32, 4
PODS = 1000
FIT = 603
# A rack carries 20 busy GPUs of its 32, all racks 640; one feed alone carries 603, and 0.4 kW are left.
RACK_KW = NODES * objects.IDLE_KW + 20 * objects.GPU_KW
FEED_KW = RACKS * NODES * objects.IDLE_KW + FIT * objects.GPU_KW + 0.4


def test_burst_of_equal_pods(stage: LocalCluster, operator: OperatorProcess, namespace: str) -> None:
    """The recorder's verdict, at the end, is what says "never one more at any instant"."""
    racks = {"names": f"r[01-{RACKS}]", "limit": f"{RACK_KW}kW"}
    objects.create(stage.api, objects.round_profile(), objects.two_feeds("hall", f"{FEED_KW}kW", racks))
    stage.add_nodes(objects.node_line(NODES, f"r[01-{RACKS}]", "hall"))

    objects.create_pods(stage.api, namespace, [objects.gated_pod(f"burst-{i}") for i in range(PODS)])
    settled.wait(stage.api, 120, pods=PODS)

    pods = settled.gpu_pods(stage.api, namespace)
    waiting = [pod for pod in pods if pod.gated]
    assert sum(pod.running for pod in pods) == FIT
    assert len(waiting) == PODS - FIT
    assert {pod.powered[:2] for pod in waiting} == {("False", "InsufficientRedundancy")}
    sentence = re.compile(r"hall: rack r\d\d: feed feed-[ab] short by 600 W if feed feed-[ab] fails")
    assert all(sentence.fullmatch(pod.powered[2]) for pod in waiting)
