"""A cluster ends with its owner, whatever happens to the owner, and several live side by side."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hack import nodes
from hack.cluster import LocalCluster, StartFailed

_OWNER = """
import sys, time
from hack.cluster import LocalCluster, StartFailed
cluster = LocalCluster(sys.argv[1]).start()
print("up", flush=True)
time.sleep(600)
"""


def test_nothing_is_left_of_a_cluster_whose_owner_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMPACITY_RUN_DIR", str(tmp_path))
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER, "orphan"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.getcwd()},
    )
    assert owner.stdout is not None and owner.stdout.readline() == "up\n"
    assert len(_processes_of(tmp_path)) == 6

    owner.send_signal(signal.SIGKILL)
    owner.communicate()

    assert _eventually_none(tmp_path)
    assert [path.name for path in (tmp_path / "orphan").iterdir()] == ["log"]


def test_components_die_with_a_killed_supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPACITY_RUN_DIR", str(tmp_path))
    cluster = LocalCluster("headless").start()

    os.kill(int((cluster.run / "lock").read_text()), signal.SIGKILL)

    assert _eventually_none(tmp_path)
    cluster.stop()


@pytest.fixture(scope="module")
def bare() -> Iterator[LocalCluster]:
    """A second cluster, as benchmarks use it."""
    with LocalCluster(bench=True, pods="fast") as other:
        yield other
    assert not other.run.exists()


def test_two_clusters_do_not_see_each_other(
    cluster: LocalCluster, bare: LocalCluster, namespace: str
) -> None:
    assert bare.server != cluster.server
    assert namespace in cluster.api.names("/api/v1/namespaces")
    assert namespace not in bare.api.names("/api/v1/namespaces")


def test_the_switch_for_benchmarks_turns_flow_control_and_node_lifecycle_off(
    cluster: LocalCluster, bare: LocalCluster
) -> None:
    assert _flow_control_and_taints(cluster) == (True, ["node.kubernetes.io/not-ready"])
    assert _flow_control_and_taints(bare) == (False, [])


def test_a_dead_component_is_named_with_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMPACITY_RUN_DIR", str(tmp_path))
    with LocalCluster("wounded") as cluster:
        scheduler = next(
            pid for pid, command in _processes_of(tmp_path).items() if "kube-scheduler" in command
        )
        os.kill(scheduler, signal.SIGKILL)
        while not (cluster.logs / "failed").exists():
            time.sleep(0.05)

        with pytest.raises(
            StartFailed, match=r"kube-scheduler ended with status -9. The end of .*scheduler\.log"
        ):
            cluster.check()


def _flow_control_and_taints(cluster: LocalCluster) -> tuple[bool, list[str]]:
    """Whether the API server has flow control, and the taints of a node as it answers its creation."""
    flow_control = "apiserver_flowcontrol_nominal_limit_seats" in cluster.api.get("/metrics")["text"]
    (node,) = nodes.build(["8 x L4 in rack r1 of bare"])
    created = cluster.api.post("/api/v1/nodes", node)
    cluster.api.delete(f"/api/v1/nodes/{created['metadata']['name']}")
    return flow_control, [taint["key"] for taint in created["spec"].get("taints", ())]


def _processes_of(run: Path) -> dict[int, str]:
    """Pid and command line of every live process that has the folder in its command line."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if str(run) in command:
            found[int(process.name)] = command
    return found


def _eventually_none(run: Path) -> bool:
    deadline = time.monotonic() + 10
    while _processes_of(run) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not _processes_of(run)
