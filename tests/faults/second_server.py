"""One more API server on the cluster's store, to be killed while everybody else goes on with the first.

It is started as the first was, on another port and with an audit log of its own.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from types import TracebackType
from typing import Self

from hack.local import LocalCluster
from hack.parent import die_with_parent
from hack.ports import free_ports

_READY_WITHIN_S = 60.0
_NAME = "kube-apiserver"


class SecondServer:
    """Use as a context manager. `url`: where it is, also after it was killed and started anew."""

    def __init__(self, cluster: LocalCluster) -> None:
        self._cluster = cluster
        port = free_ports(1)[0]
        self.url = f"https://127.0.0.1:{port}"
        self._argv = _argv(cluster, port)
        self._trust = ssl.create_default_context(cafile=str(cluster.ca))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Return once it is ready."""
        with (self._cluster.logs / f"second-{_NAME}.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self._cluster.run, preexec_fn=die_with_parent,
            )  # fmt: skip
        deadline = time.monotonic() + _READY_WITHIN_S
        while not self._answers():
            assert self._process.poll() is None, f"the second {_NAME} ended; its log: {self._cluster.logs}"
            assert time.monotonic() < deadline, f"the second {_NAME} was not ready in {_READY_WITHIN_S:.0f} s"
            time.sleep(0.05)

    def kill(self) -> None:
        """As if its machine had died."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5, context=self._trust) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def _argv(cluster: LocalCluster, port: int) -> list[str]:
    components = json.loads((cluster.run / "spec.json").read_text())["components"]
    first = next(component["argv"] for component in components if component["name"] == _NAME)
    changed = {
        "--secure-port": str(port),
        "--audit-log-path": str(cluster.logs / "second-audit.jsonl"),
        "--cert-dir": str(cluster.run / "pki" / "second"),
    }
    return [_changed(word, changed) for word in first]


def _changed(word: str, changed: dict[str, str]) -> str:
    flag, _, _ = word.partition("=")
    return f"{flag}={changed[flag]}" if flag in changed else word
