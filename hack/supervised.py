"""A cluster whose processes, or some of them, run under hack.supervisor."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Self

from hack import kubeconfig, runs
from hack.access import Cluster
from hack.supervisor import Component

_NOTICED_S = 1.0  # twice as long as the supervisor looks away
_REPOSITORY = Path(__file__).parent.parent


class StartFailed(Exception):
    """A process of the control plane is not up; the text says which, and shows the end of its log."""


class SupervisedCluster(Cluster, ABC):
    """Starts and ends with its context; detached: it outlives this process, until someone calls `stop`."""

    def __init__(self, name: str, detached: bool) -> None:
        self.name = name or f"c{os.getpid()}-{secrets.token_hex(2)}"
        self.run = runs.folder() / self.name
        self._detached = detached
        self._supervisor: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def attach(self) -> Self:
        """Take over one of this name that another process started; LookupError if none is up."""
        if not runs.is_up(self.run):
            raise LookupError(f"no cluster named {self.name} is up; up are: {', '.join(runs.up()) or 'none'}")
        self.server, self.ca, self.admin_token = kubeconfig.read(self.kubeconfig)
        return self

    @abstractmethod
    def start(self) -> Self:
        """Ready for use when this returns."""

    def stop(self, keep_logs: bool = False) -> None:
        """End every process. The folder goes too; with keep_logs, all of it but the logs."""
        while runs.is_up(self.run):
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int((self.run / "lock").read_text()), signal.SIGTERM)
            time.sleep(0.02)
        if self._supervisor is not None:
            self._supervisor.communicate()
            self._supervisor = None
        runs.remove(self.run, keep_logs)

    @contextlib.contextmanager
    def frozen(self, component: str) -> Iterator[None]:
        """That process does nothing while the block runs, and then goes on."""
        pid = int((self.run / f"{component}.pid").read_text())
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @contextlib.contextmanager
    def without(self, component: str) -> Iterator[None]:
        """That process is killed, and another one is started, and ready, when the block ends."""
        down, pid = self.run / f"{component}.down", self.run / f"{component}.pid"
        down.touch()
        before = pid.read_text()
        os.kill(int(before), signal.SIGKILL)
        time.sleep(_NOTICED_S)
        try:
            yield
        finally:
            down.unlink()
            while pid.read_text() == before:
                self.check()
                time.sleep(0.05)

    def check(self) -> None:
        """StartFailed with the reason if a process of the cluster died."""
        with contextlib.suppress(FileNotFoundError):
            raise StartFailed((self.logs / "failed").read_text())

    def _make_folder(self) -> None:
        """An empty folder; StartFailed if a cluster of this name is up."""
        runs.prune()
        if runs.is_up(self.run):
            raise StartFailed(f"a cluster named {self.name} is up already ({self.run})")
        runs.remove(self.run)
        self.logs.mkdir(mode=0o700, parents=True)

    def _launch(self, components: Sequence[Component]) -> None:
        """Start the components; StartFailed as soon as one dies, or if one is not ready in time."""
        spec = {"ca": str(self.ca), "components": [asdict(component) for component in components]}
        (self.run / "spec.json").write_text(json.dumps(spec, indent=2))
        detached = ["--detached"] if self._detached else []
        self._supervisor = subprocess.Popen(
            [sys.executable, "-m", "hack.supervisor", str(self.run), *detached],
            stdin=subprocess.DEVNULL if self._detached else subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_REPOSITORY,
            start_new_session=True,
        )
        assert self._supervisor.stdout is not None
        answer = json.loads(self._supervisor.stdout.readline() or '{"failed": "the supervisor ended"}')
        if "failed" in answer:
            raise StartFailed(answer["failed"])
