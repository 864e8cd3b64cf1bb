"""Two operators whose every call may go wrong, an API server that is killed, and a store that stands still.

The operators talk to a second API server, through a proxy that injects faults; the auditor and everybody else
talk to the first. `AMPACITY_CHAOS_SEED` repeats a run.
"""

from __future__ import annotations

import itertools
import os
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ampacity.audit.recorder import Recorder
from hack import chart, settled
from hack.api import Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.faults.kinds import Fault
from tests.faults.load import Load, insist
from tests.faults.proxy import FaultProxy
from tests.faults.schedule import Schedule
from tests.faults.second_server import SecondServer
from tests.tables import Show

FAULTS, LEAST_S, MOST_S, RECOVERED_WITHIN_S = 1_000, 60.0, 240.0, 60.0
RATE = 0.35
TALKATIVE = {"AMPACITY_RESYNC": "2", "AMPACITY_RELIST": "4", "AMPACITY_STATUS_INTERVAL": "0.5"}
PODS, REPLICAS = 55, 25
# Racks r hold 48 GPUs: each of the three carries 10 busy ones, their feeds 28. Racks s carry all their 32.
TIGHT_RACK_KW, TIGHT_FEED_KW = 2 * objects.IDLE_KW + 10, 3 * 2 * objects.IDLE_KW + 28
WIDE_FEED_KW = 4 * (objects.IDLE_KW + objects.GPUS * objects.GPU_KW)
FIT = 28 + 32


@pytest.fixture
def seed() -> int:
    return int(os.environ.get("AMPACITY_CHAOS_SEED") or random.SystemRandom().randrange(10_000))


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    return tmp_path / "token"


@pytest.fixture
def server(stage: LocalCluster) -> Iterator[SecondServer]:
    """The API server of the operators."""
    with SecondServer(stage) as server:
        yield server


@pytest.fixture
def proxy(stage: LocalCluster, server: SecondServer, seed: int, token_file: Path) -> Iterator[FaultProxy]:
    """The operators' way there; calm at first."""
    _rotate(stage, token_file)
    with FaultProxy(server.url, stage.ca, Schedule(seed, RATE)) as proxy:
        yield proxy


@pytest.fixture
def operators(stage: LocalCluster, proxy: FaultProxy, token_file: Path) -> Iterator[list[OperatorProcess]]:
    """A leader and a standby. Neither may ever end by itself."""
    through = {"KUBECONFIG": str(proxy.kubeconfig(token_file)), **TALKATIVE}
    with ExitStack() as stack:
        names = [f"chaos-{number}-{os.getpid()}" for number in range(2)]
        found = [stack.enter_context(OperatorProcess(stage, name, extra=through)) for name in names]
        yield found
        assert [operator.ended for operator in found] == [None, None]


@pytest.mark.timeout(540)
def test_chaos(
    stage: LocalCluster, recorder: Recorder, server: SecondServer, proxy: FaultProxy,
    operators: list[OperatorProcess], token_file: Path, namespace: str, seed: int, show: Show,
) -> None:  # fmt: skip
    objects.create(stage.api, objects.round_profile(), _site())
    stage.add_nodes(objects.node_line(2, "r[1-3]", "hall"))
    flipping = stage.add_nodes(objects.node_line(2, "s[1-2]", "hall"))
    path = f"{objects.GROUP_PATH}/namespaces/{namespace}/gpuinferencepools"
    stage.api.post(path, _pool(REPLICAS))

    with Load(stage.api, namespace, f"{path}/web", flipping, pods=PODS, replicas=REPLICAS, seed=seed):
        _trouble(stage, server, proxy, token_file, seed)
    show(proxy.schedule.table())

    settled.wait(stage.api, RECOVERED_WITHIN_S, pods=PODS)
    pods = settled.gpu_pods(stage.api, namespace)
    assert sum(pod.running for pod in pods) == FIT
    assert proxy.old_reads == []
    assert proxy.schedule.injected.total() >= FAULTS
    assert set(proxy.schedule.injected) == set(Fault), "some kind of fault was never injected"
    assert recorder.verdict().grants >= FIT


def _trouble(
    stage: LocalCluster, server: SecondServer, proxy: FaultProxy, token_file: Path, seed: int
) -> None:
    """Faults until there were enough of them, and in turn something that hits all calls at once."""
    rng, schedule = random.Random(seed), proxy.schedule
    hits = itertools.cycle([
        lambda: _expire(stage, proxy, token_file, rng.uniform(0, 2)),
        lambda: _freeze(stage, rng.uniform(1, 3)),
        lambda: _replace(server, rng.uniform(0, 2)),
    ])  # fmt: skip
    begun = time.monotonic()
    schedule.begin()
    while schedule.injected.total() < FAULTS or time.monotonic() - begun < LEAST_S:
        assert time.monotonic() - begun < MOST_S, f"only so many faults:\n{schedule.table()}"
        time.sleep(rng.uniform(5, 10))
        next(hits)()
    schedule.calm_down()


def _expire(stage: LocalCluster, proxy: FaultProxy, token_file: Path, late: float) -> None:
    """The token runs out before the kubelet has written the next one."""
    proxy.expire(token_file.read_text())
    time.sleep(late)
    insist(lambda: _rotate(stage, token_file))


def _freeze(stage: LocalCluster, seconds: float) -> None:
    """The store answers nobody."""
    with stage.frozen("etcd"):
        time.sleep(seconds)


def _replace(server: SecondServer, seconds: float) -> None:
    """The API server dies, and comes back with nothing in its caches."""
    server.kill()
    time.sleep(seconds)
    server.start()


def _rotate(stage: LocalCluster, token_file: Path) -> None:
    """As a kubelet does it: the new token is there at once, whole."""
    fresh = token_file.with_suffix(".fresh")
    fresh.write_text(stage.token(chart.NAMESPACE, chart.RELEASE))
    fresh.replace(token_file)


def _site() -> Object:
    """Two pairs of feeds, either of each may fail. One is tight; the other carries its nodes at most."""
    feeds = {"a": TIGHT_FEED_KW, "b": TIGHT_FEED_KW, "c": WIDE_FEED_KW, "d": WIDE_FEED_KW}
    domains = [
        {"name": f"feed-{f}", "type": "Feed", "capacity": f"{kw}kW", "failureDomain": True}
        for f, kw in feeds.items()
    ]
    racks = [
        {"names": "r[1-3]", "power": ["feed-a", "feed-b"], "limit": f"{TIGHT_RACK_KW}kW"},
        {"names": "s[1-2]", "power": ["feed-c", "feed-d"]},
    ]
    return {
        "apiVersion": objects.API,
        "kind": "SitePowerEnvelope",
        "metadata": {"name": "hall"},
        "spec": {"tier": "Central", "domains": domains, "racks": racks},
    }


def _pool(replicas: int) -> Object:
    template = {"spec": {"containers": [{"name": "main", "image": "example/main"}]}}
    return {
        "apiVersion": objects.API,
        "kind": "GPUInferencePool",
        "metadata": {"name": "web"},
        "spec": {"replicas": replicas, "accelerators": ["round"], "template": template},
    }
