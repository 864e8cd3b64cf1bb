"""The operator process with a large fleet in its caches: memory, first sync, CPU at rest and per event.

The process is `python -m ampacity` itself, with a site of as many racks as its nodes need. Its bytecode is
compiled before, as in the image. Its API server is `tests.benchmarks.feed.server`, which says what it is.

First sync: from the start of the process until it leads and its first cycle has run from end to end. It finds
the Lease free, as the first process does, or the successor of one that has stopped in good order; a replica
that has stood by lists everything once more when it takes over, but reads only what is new to it.

At rest: from when the statuses of the first cycle are written, with the status updates that kubelets send
every five minutes, the cycle of every ten seconds, renewals of the Lease, and no pod that changes. What an
event of a pod costs comes on top; half of the pods that change have GPUs, and nothing changes that decides.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hack.ports import free_ports
from tests.benchmarks.measure import Measurement

ROOT = Path(__file__).parents[2]
MEMORY_LIMIT, SYNC_LIMIT, REST_LIMIT = 450.0, 20.0, 5.0
_HEARTBEAT_S, _SETTLES_S = 300, 5
_TICKS = os.sysconf("SC_CLK_TCK")
_CYCLED = r'ampacity_cycles_total\{result="done"\} [1-9]'
_OPERATOR = (sys.executable, "-m", "ampacity")


def run(quick: bool) -> list[Measurement]:
    """All figures; `quick` has a tenth of the fleet."""
    nodes, pods = (1_000, 10_000) if quick else (10_000, 100_000)
    seconds, changes = (10, 2_000) if quick else (60, 20_000)
    what = f"{nodes:,} nodes and {pods:,} pods"
    with tempfile.TemporaryDirectory() as folder, _fed(nodes, pods) as feed, _operator(feed, folder) as found:
        process, health = found
        sync = _until_first_cycle(process, health)
        first, until_then = _memory(process.pid, "VmHWM"), _cpu(process.pid)
        time.sleep(_SETTLES_S)
        heartbeats = nodes / _HEARTBEAT_S
        rest, took = _cpu_during(process.pid, feed, "nodes", round(seconds * heartbeats), heartbeats)
        rest /= took
        busy, took = _cpu_during(process.pid, feed, "pods", changes, changes / 20)
        busy -= rest * took
        memory, peak = _memory(process.pid, "VmRSS"), _memory(process.pid, "VmHWM")
    return [
        Measurement(f"operator: memory with {what}", memory, "MB", limit=MEMORY_LIMIT),
        Measurement("operator: most memory at first sync", first, "MB"),
        Measurement("operator: most memory ever", peak, "MB"),
        Measurement(f"operator: first sync and cycle, {what}", sync, "s", limit=SYNC_LIMIT),
        Measurement("operator: CPU until then", until_then, "s"),
        Measurement("operator: CPU at rest, of a core", 100 * rest, "%", limit=REST_LIMIT),
        Measurement("operator: CPU per pod event", 1e6 * busy / changes, "us"),
    ]


@contextmanager
def _fed(nodes: int, pods: int) -> Iterator[str]:
    """The URL of a feed of that size."""
    (port,) = free_ports(1)
    sizes = (f"--port={port}", f"--nodes={nodes}", f"--pods={pods}")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.feed", *sizes], cwd=ROOT, env=_paths()
    )
    try:
        url = f"http://127.0.0.1:{port}"
        while not _answers(f"{url}/apis/ampacity.io/v1alpha1"):
            time.sleep(0.1)
        yield url
    finally:
        process.kill()
        process.wait()


@contextmanager
def _operator(feed: str, folder: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process, just started, and the URL of its probes."""
    (port,) = free_ports(1)
    kubeconfig = Path(folder) / "kubeconfig"
    entry = {"cluster": "feed", "user": "feed"}
    config = {
        "clusters": [{"name": "feed", "cluster": {"server": feed}}],
        "users": [{"name": "feed", "user": {}}],
        "contexts": [{"name": "feed", "context": entry}],
        "current-context": "feed",
    }
    kubeconfig.write_text(json.dumps(config))
    settings = {
        "KUBECONFIG": str(kubeconfig),
        "AMPACITY_HTTP_PORT": str(port),
        "AMPACITY_IDENTITY": "measured",
        "PYTHONPYCACHEPREFIX": str(Path(folder) / "bytecode"),
    }
    env = {**_paths(), **settings}
    subprocess.run([*_OPERATOR, "--help"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, check=True)
    with (Path(folder) / "log").open("wb") as log:
        process = subprocess.Popen(_OPERATOR, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _paths() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": f"{ROOT / 'operator'}:{ROOT}"}


def _until_first_cycle(process: subprocess.Popen[bytes], health: str) -> float:
    """Seconds from now, which is just after the start, until it leads and its first cycle is done."""
    begun = time.monotonic()
    while not (_answers(f"{health}/readyz") and _answers(f"{health}/metrics", _CYCLED)):
        if process.poll() is not None or time.monotonic() - begun > 200:
            raise RuntimeError("the operator did not become ready")
        time.sleep(0.05)
    return time.monotonic() - begun


def _answers(url: str, wanted: str = "") -> bool:
    """Whether there is an answer, and in it what this regular expression finds."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return re.search(wanted, str(answer.read(), "utf-8")) is not None
    except (urllib.error.URLError, OSError):
        return False


def _play(feed: str, what: str, count: int, rate: float) -> None:
    """Return when the feed has sent so many changes."""
    request = urllib.request.Request(f"{feed}/play/{what}?count={count}&rate={rate}", method="POST")
    urllib.request.urlopen(request, timeout=600).close()


def _cpu_during(pid: int, feed: str, what: str, count: int, rate: float) -> tuple[float, float]:
    """Seconds of processor time that a process uses while so many changes come, and how long that takes."""
    used, begun = _cpu(pid), time.monotonic()
    _play(feed, what, count, rate)
    return _cpu(pid) - used, time.monotonic() - begun


def _cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(pid: int, field: str) -> float:
    """MB of a process: `field` is VmRSS for now, VmHWM for the most so far."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024
