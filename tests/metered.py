"""A real Prometheus on loopback, and a small exporter for it to scrape."""

from __future__ import annotations

import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hack import ports, tools
from hack.parent import die_with_parent

_READY_WITHIN = 30.0
_CONFIG = """\
global: {{scrape_interval: 500ms, scrape_timeout: 500ms}}
scrape_configs:
- job_name: demand
  static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


@pytest.fixture
def prometheus_program(capsys: pytest.CaptureFixture[str]) -> Path:
    """Prometheus, built by the first test that asks for it; that takes minutes, and says so."""
    with capsys.disabled():
        tools.ensure(("prometheus",), tools.PROMETHEUS)
    return tools.path("prometheus", tools.PROMETHEUS)


class Exporter:
    """Exports `requests_per_second` by region, as last set."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.text = ""

    def set(self, **requests: float) -> None:
        """From now on, these regions and no others."""
        lines = [f'requests_per_second{{region="{region}"}} {value}\n' for region, value in requests.items()]
        self.text = "# TYPE requests_per_second gauge\n" + "".join(lines)


@contextmanager
def exporter() -> Iterator[Exporter]:
    """An exporter that runs while the block does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(exported.text.encode())

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    exported = Exporter(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield exported
    finally:
        server.shutdown()
        server.server_close()


class RealPrometheus:
    """The real thing, with all it has in `folder`, scraping a port of loopback."""

    def __init__(self, program: Path, folder: Path, target: int) -> None:
        (folder / "prometheus.yml").write_text(_CONFIG.format(port=target))
        address = f"127.0.0.1:{ports.free_ports(1)[0]}"
        self.url, self._log = f"http://{address}", folder / "prometheus.log"
        self._command = [
            str(program),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={address}",
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=subprocess.STDOUT, preexec_fn=die_with_parent
            )
        deadline = time.monotonic() + _READY_WITHIN
        while not self._is_ready():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError(f"Prometheus does not come up:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def real_prometheus(program: Path, folder: Path, target: int) -> Iterator[RealPrometheus]:
    """It runs at first, and not after the block."""
    prometheus = RealPrometheus(program, folder, target)
    try:
        prometheus.start()
        yield prometheus
    finally:
        prometheus.stop()
