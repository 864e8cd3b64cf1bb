"""Starts a cluster's processes in order, watches them, and takes all of them down with it.

    python -m hack.supervisor RUN_DIR [--detached]

RUN_DIR/spec.json lists the components (see `Component`). The supervisor answers one line of JSON on stdout,
{"ready": true} or {"failed": "sentence"}, then stays. It ends, and with it every component, when it is told
to (SIGTERM), when a component dies, or, unless detached, when its stdin closes: that happens however its
owner dies, kill -9 included. Should the supervisor itself be killed, the kernel kills the components
(PR_SET_PDEATHSIG). RUN_DIR/lock is held while it lives; RUN_DIR/log/failed holds the sentence if a component
died; RUN_DIR/NAME.pid is the process of each that is ready. While RUN_DIR/NAME.down exists, that one may be
killed; it is started again once the file is gone. The logs stay; everything else in RUN_DIR goes.
"""

import contextlib
import fcntl
import json
import os
import select
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from hack import runs
from hack.parent import die_with_parent

_POLL_S = 0.05
_START_LIMIT_S = 90.0


@dataclass(frozen=True, slots=True)
class Component:
    """One process. `ready` is a URL that must answer 200 before the next one starts; empty: do not wait."""

    name: str
    argv: list[str]
    ready: str = ""


class Failed(Exception):
    """A component died or did not become ready."""


class Supervisor:
    def __init__(self, run: Path, components: list[Component], ca: str) -> None:
        self._run = run
        self._components = components
        self._tls = ssl.create_default_context(cafile=ca) if ca else None
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._down: set[str] = set()

    def start(self) -> None:
        (self._run / "log").mkdir(exist_ok=True)
        for component in self._components:
            self._start(component)

    def check(self) -> None:
        for name, process in self._running.items():
            if (status := process.poll()) is not None and not self._may_be_down(name):
                raise Failed(self._describe(name, f"ended with status {status}"))

    def restart(self) -> None:
        """Start again what was killed on purpose, once it is wanted."""
        for component in self._components:
            if component.name in self._down and not self._file(component.name).exists():
                self._start(component)
                self._down.discard(component.name)

    def stop(self) -> None:
        # The data is thrown away with the cluster, so nothing is gained by asking politely.
        for process in reversed(self._running.values()):
            process.kill()
        for process in self._running.values():
            process.wait()

    def _start(self, component: Component) -> None:
        with self._log(component.name).open("ab") as log:
            process = subprocess.Popen(
                component.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._run,
                preexec_fn=die_with_parent,
            )
        self._running[component.name] = process
        if component.ready:
            self._wait_for(component)
        (self._run / f"{component.name}.pid").write_text(str(process.pid))

    def _may_be_down(self, name: str) -> bool:
        """Whether its end was meant; from then on, until it is started again."""
        if self._file(name).exists():
            self._down.add(name)
        return name in self._down

    def _file(self, name: str) -> Path:
        return self._run / f"{name}.down"

    def _wait_for(self, component: Component) -> None:
        deadline = time.monotonic() + _START_LIMIT_S
        while not self._answers(component.ready):
            self.check()
            if time.monotonic() > deadline:
                raise Failed(self._describe(component.name, f"was not ready within {_START_LIMIT_S:.0f} s"))
            time.sleep(_POLL_S)

    def _answers(self, url: str) -> bool:
        try:
            with urllib.request.urlopen(url, timeout=5, context=self._tls) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _describe(self, name: str, what: str) -> str:
        log = self._log(name)
        last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        return f"{name} {what}. The end of {log}:\n{last}"

    def _log(self, name: str) -> Path:
        return self._run / "log" / f"{name}.log"


def _stay(supervisor: Supervisor, detached: bool) -> None:
    """Return when the owner is gone; raise Failed when a component is."""
    while True:
        if detached:
            time.sleep(0.5)
        elif select.select([sys.stdin], [], [], 0.5)[0] and not os.read(0, 1):
            return
        supervisor.check()
        supervisor.restart()


def main() -> int:
    run, detached = Path(sys.argv[1]), "--detached" in sys.argv[2:]
    spec = json.loads((run / "spec.json").read_text())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    supervisor = Supervisor(run, [Component(**each) for each in spec["components"]], spec["ca"])
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            supervisor.start()
            _tell({"ready": True})
            _stay(supervisor, detached)
        except Failed as failure:
            (run / "log" / "failed").write_text(str(failure))
            _tell({"failed": str(failure)})
            return 1
        finally:
            supervisor.stop()
            runs.remove(run, keep_logs=True)
    return 0


def _tell(answer: dict[str, object]) -> None:
    """One line to the owner, who may have stopped listening."""
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    sys.exit(main())
