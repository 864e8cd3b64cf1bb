"""What `ampacity plan` says of files is what the cluster does with them."""

import time

from ampacity.audit.recorder import Recorder
from hack import settled
from hack.cluster import LocalCluster
from hack.demo_files import FILES, foretold, node_lines, placed
from hack.operator_process import OperatorProcess

_VIDEO = 120


def test_plan_foretells_the_cluster(stage: LocalCluster, recorder: Recorder) -> None:
    """The demo, with every object there before the operator's first look."""
    stage.add_nodes(*node_lines())
    stage.kubectl("apply", "-f", str(FILES))
    _wait_for_pods(stage)
    with OperatorProcess(stage):
        settled.wait(stage.api, 120, pods=_VIDEO)
    plan = foretold()
    assert sum(sum(sites.values()) for sites in plan.values()) > 100
    assert placed(stage) == plan


def _wait_for_pods(cluster: LocalCluster) -> None:
    deadline = time.monotonic() + 30
    while len(settled.gpu_pods(cluster.api, "demo")) < _VIDEO:
        assert time.monotonic() < deadline, "the Deployment's pods were not created in 30 s"
        time.sleep(0.2)
