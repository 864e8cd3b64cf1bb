"""The control plane, the nodes and the pods that are measured, and what its API server uses.

One envelope with power for everything, so that nothing but the work of placing is in the figures. Nodes of
eight GPUs, eight to a rack; pods of one GPU; simulated kubelets without delays.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGCONT, SIGSTOP

from hack import chart
from hack.api import Object
from hack.local import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects

SCHEDULER, FAST, GATE = "kube-scheduler alone", "fast lane", "gate"

_PER_RACK = 8
NAMESPACE = "bench"
_PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
_TICKS = os.sysconf("SC_CLK_TCK")
_QUIET = 0.25  # of a core
_PROCESSES = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
_OPERATOR = {
    "AMPACITY_LEASE_DURATION": "600",  # or the pause before a round would end its leadership
    "AMPACITY_LOG_LEVEL": "warning",
}


class Hall:
    """A cluster with the chart, one site and its nodes; the operator runs where a lane needs it."""

    def __init__(self, cluster: LocalCluster, nodes: int) -> None:
        self.cluster, self.api = cluster, cluster.api
        chart.install(cluster)
        self.api.post("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
        racks = f"r[001-{-(-nodes // _PER_RACK):03}]"
        objects.create(self.api, objects.round_profile(), objects.two_feeds("hall", "90MW", {"names": racks}))
        cluster.add_nodes(objects.node_line(_PER_RACK, racks, "hall"))

    @contextmanager
    def operator(self) -> Iterator[OperatorProcess]:
        """The real process, ready and leading."""
        with OperatorProcess(self.cluster, "bench", _OPERATOR) as process:
            yield process

    def create(self, lane: str, names: Iterable[str]) -> None:
        """Post pods that wait for whoever places them in this lane."""
        objects.create_pods(self.api, NAMESPACE, [_pod(name, lane) for name in names])

    def place_one(self, lane: str) -> None:
        """Return when a pod was placed, and is gone again: whoever placed it has done so once."""
        self.create(lane, ["first"])
        while not self.api.get(f"{_PODS}/first")["spec"].get("nodeName"):
            time.sleep(0.1)
        self.empty()

    def delete(self, name: str = "") -> None:
        """Delete a pod, or all of them, without waiting for a kubelet."""
        self.api.delete(f"{_PODS}/{name}" if name else _PODS, gracePeriodSeconds="0")

    def empty(self) -> None:
        """Delete all pods, and return when they are gone and the API server rests."""
        self.delete()
        while self.api.names(_PODS):
            time.sleep(0.5)
        self.rest()

    def version(self) -> str:
        """The resourceVersion of now."""
        version: str = self.api.get(_PODS, limit="1")["metadata"]["resourceVersion"]
        return version

    def used(self) -> float:
        """CPU seconds that the API server has used."""
        return self._cpu("kube-apiserver")

    def work(self, operator: OperatorProcess | None) -> float:
        """CPU seconds that the control plane, the simulated kubelets and the operator have used."""
        return sum(map(self._cpu, _PROCESSES)) + (0.0 if operator is None else _cpu_of(operator.pid))

    def _cpu(self, program: str) -> float:
        return _cpu_of(int((self.cluster.run / f"{program}.pid").read_text()))

    def rest(self, longest: float = 60.0) -> None:
        """Return when the API server has little to do, or after `longest` seconds."""
        deadline = time.monotonic() + longest
        while time.monotonic() < deadline:
            before, begun = self.used(), time.monotonic()
            time.sleep(1.0)
            if (self.used() - before) / (time.monotonic() - begun) < _QUIET:
                return


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def paused(process: OperatorProcess) -> Iterator[None]:
    """The operator does nothing while the block runs."""
    os.kill(process.pid, SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, SIGCONT)


def _pod(name: str, lane: str) -> Object:
    pod = objects.gated_pod(name)
    pod["spec"]["containers"][0]["resources"]["requests"] = {"cpu": "1", "memory": "1Gi"}
    if lane != GATE:
        del pod["spec"]["schedulingGates"]
    if lane == FAST:
        pod["spec"]["schedulerName"] = "ampacity"
    return pod
