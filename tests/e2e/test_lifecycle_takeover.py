"""The leader dies, stops, or is frozen in the middle of a burst: the other one goes on, in time.

How fast it is on a machine that does nothing else, `bench_takeover` measures; here the bounds tell a lease
that was released from one that had to expire.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from ampacity.audit.recorder import Recorder
from hack import settled
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.faults.pair import Pair, seconds_until_granted

LEASE_S = 10.0
AFTER_A_CRASH_S, AFTER_A_STOP_S = 15.0, LEASE_S / 2
RACKS, NODES, FIT = 4, 4, 100
FEED_KW = RACKS * NODES * objects.IDLE_KW + FIT * objects.GPU_KW
SHORT_LEASE_S = 3


def _prepare(stage: LocalCluster) -> None:
    """Power for 100 GPUs of 128."""
    objects.create(stage.api, objects.round_profile())
    objects.create(stage.api, objects.two_feeds("hall", f"{FEED_KW}kW", {"names": f"r[1-{RACKS}]"}))
    stage.add_nodes(objects.node_line(NODES, f"r[1-{RACKS}]", "hall"))


def _burst(stage: LocalCluster, namespace: str, name: str, pods: int) -> None:
    objects.create_pods(stage.api, namespace, [objects.gated_pod(f"{name}-{i}") for i in range(pods)])


def _running(stage: LocalCluster, namespace: str) -> int:
    return sum(pod.running for pod in settled.gpu_pods(stage.api, namespace))


def test_grants_go_on_after_a_crash_and_after_a_stop(
    stage: LocalCluster, recorder: Recorder, namespace: str
) -> None:
    _prepare(stage)
    with Pair(stage) as pair:
        _burst(stage, namespace, "before", 40)
        pair.end(OperatorProcess.kill)
        assert seconds_until_granted(stage, namespace, "crashed") <= AFTER_A_CRASH_S
        pair.complete()
        _burst(stage, namespace, "between", 40)
        stopped = pair.end(OperatorProcess.ask_to_stop)
        assert seconds_until_granted(stage, namespace, "stopped") <= AFTER_A_STOP_S
        stopped.wait_stopped()
        _burst(stage, namespace, "after", 38)
        settled.wait(stage.api, 60, pods=120)
        assert _running(stage, namespace) == FIT


def test_a_leader_that_was_frozen_past_its_lease_does_no_harm(
    stage: LocalCluster, recorder: Recorder, namespace: str, tmp_path: Path
) -> None:
    _prepare(stage)
    with Pair(stage, {"AMPACITY_LEASE_DURATION": str(SHORT_LEASE_S)}) as pair:
        frozen = pair.leader
        _burst(stage, namespace, "before", 60)
        os.kill(frozen.pid, signal.SIGSTOP)
        try:
            seconds_until_granted(stage, namespace, "frozen")
            assert pair.leader is not frozen
            _burst(stage, namespace, "after", 59)
        finally:
            os.kill(frozen.pid, signal.SIGCONT)
        settled.wait(stage.api, 60, pods=120)
        assert _running(stage, namespace) == FIT
        time.sleep(SHORT_LEASE_S)
        assert pair.leader is not frozen and "ampacity_leader 0.0" in frozen.metrics()
