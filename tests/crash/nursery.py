"""Operators by the dozen: each is forked from a process that has imported everything already.

Starting Python and importing takes two seconds of a core, and a test needs sixty operators. Python's fork
server does the rest: it holds no thread and no connection that a child could inherit.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from typing import BinaryIO

from hack import chart
from hack.operator_process import Child, OperatorProcess

_FORKS = multiprocessing.get_context("forkserver")


class Forked:
    """A forked process with the face of a `subprocess.Popen`."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return code

    def send_signal(self, sig: int) -> None:
        os.kill(self.pid, sig)

    def kill(self) -> None:
        self._process.kill()


class ForkedOperator(OperatorProcess):
    """An operator whose environment may plan its end (see `ends`)."""

    def launch(self, arguments: Sequence[str], environment: Mapping[str, str], log: BinaryIO) -> Child:
        _open_nursery()
        process = _FORKS.Process(target=_operate, args=(arguments, dict(environment), str(self.log)))
        process.start()
        return Forked(process)


def _open_nursery() -> None:
    """Start the fork server, once, where it finds what it shall import: it knows no `sys.path` of ours."""
    outside = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = f"{chart.ROOT / 'operator'}:{chart.ROOT}"
    try:
        _FORKS.set_forkserver_preload(["tests.crash.doom"])
        forkserver.ensure_running()
    finally:
        del os.environ["PYTHONPATH"]
        os.environ.update({"PYTHONPATH": outside} if outside else {})


def _operate(arguments: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    """Imports only where it runs: the tests' own process must keep its clock."""
    from tests.crash.doom import operate

    operate(arguments, environment, log)
