"""The real operator as a local process, with the settings and rights that the installed chart gives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from hack import chart
from hack.access import Cluster
from hack.parent import die_with_parent
from hack.ports import free_ports


class OperatorFailed(Exception):
    """The process ended, hung or did not become ready; the text carries the end of its log."""


class Child(Protocol):
    """What of `subprocess.Popen` is used here; methods raise what its methods raise."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def kill(self) -> None: ...


class OperatorProcess:
    """One operator process. As a context manager it starts, waits until ready, and stops cleanly.

    `identity` is what its pod's name would be; its log is `<identity>.log` in the cluster's log folder.
    """

    def __init__(
        self, cluster: Cluster, identity: str = "operator-0", extra: Mapping[str, str] | None = None
    ) -> None:
        self.cluster = cluster
        self.identity = identity
        self.log = cluster.logs / f"{identity}.log"
        self.port = free_ports(1)[0]
        self._extra = dict(extra or {})
        self._process: Child | None = None

    def __enter__(self) -> Self:
        self.start()
        try:
            self.wait_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process; it is not ready yet."""
        with self.log.open("ab") as log:
            self._process = self.launch(chart.command(self.cluster), self._environment(), log)

    def launch(self, arguments: Sequence[str], environment: Mapping[str, str], log: BinaryIO) -> Child:
        """The process itself; tests have other ways to make one."""
        return subprocess.Popen(
            [sys.executable, "-m", "ampacity", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=chart.ROOT,
            preexec_fn=die_with_parent,
        )

    def wait_ready(self, timeout: float = 60) -> None:
        """Return once /readyz says so; OperatorFailed if it ends or takes too long."""
        deadline = time.monotonic() + timeout
        while not self.answers("/readyz"):
            code = self._running().poll()
            if code is not None:
                raise OperatorFailed(f"the operator ended with {code}\n{self.tail()}")
            if time.monotonic() > deadline:
                raise OperatorFailed(f"the operator was not ready within {timeout:.0f} s\n{self.tail()}")
            time.sleep(0.1)

    def stop(self, timeout: float = 30) -> None:
        """SIGTERM and wait; OperatorFailed if it does not end by itself, or not with 0."""
        self.ask_to_stop()
        self.wait_stopped(timeout)

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        self._running().send_signal(signal.SIGTERM)

    def wait_stopped(self, timeout: float = 30) -> None:
        """Wait for the end; OperatorFailed if it does not end by itself, or not with 0."""
        try:
            code = self._running().wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise OperatorFailed(f"the operator did not stop within {timeout:.0f} s\n{self.tail()}") from None
        self._process = None
        if code != 0:
            raise OperatorFailed(f"the operator ended with {code}\n{self.tail()}")

    def kill(self) -> None:
        """SIGKILL: as if the machine had died."""
        process, self._process = self._running(), None
        process.kill()
        process.wait()

    @property
    def pid(self) -> int:
        """Of the process, which was started."""
        return self._running().pid

    @property
    def ended(self) -> int | None:
        """The exit code of a process that has ended by itself or by a signal, None while it runs."""
        return self._running().poll()

    def answers(self, path: str) -> bool:
        """Whether that path answers 200."""
        try:
            with urllib.request.urlopen(self._url(path), timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def metrics(self) -> str:
        """The text of /metrics."""
        with urllib.request.urlopen(self._url("/metrics"), timeout=5) as answer:
            return str(answer.read().decode())

    def tail(self, lines: int = 30) -> str:
        """The end of the log, for error messages."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return f"{self.log}:\n" + "\n".join(text.splitlines()[-lines:])

    def _running(self) -> Child:
        if self._process is None:
            raise OperatorFailed("the operator has not been started")
        return self._process

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def _environment(self) -> dict[str, str]:
        """The chart's environment, less what only a pod has: its mounts, its port, its token's place."""
        token = self.cluster.token(chart.NAMESPACE, chart.RELEASE)
        here = {
            "AMPACITY_CATALOGUE": str(self._catalogue()),
            "AMPACITY_HTTP_HOST": "127.0.0.1",
            "AMPACITY_HTTP_PORT": str(self.port),
            "KUBECONFIG": str(self.cluster.kubeconfig_for(token)),
            "PYTHONPATH": str(chart.ROOT / "operator"),
        }
        return {**os.environ, **chart.environment(self.cluster, self.identity), **here, **self._extra}

    def _catalogue(self) -> Path:
        folder = self.cluster.run / f"catalogue-{self.identity}"
        folder.mkdir(exist_ok=True)
        for name, text in chart.catalogue(self.cluster).items():
            (folder / name).write_text(text, encoding="utf-8")
        return folder
