"""Servers that answer as none should: what is read of them, and how long that takes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ampacity.telemetry.answers import Found, Missing
from ampacity.telemetry.prometheus import Prometheus
from ampacity.telemetry.session import MOST_BYTES

AT = 1_800_000_000.0
PHASE = 0.3
Handler = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(handle: Handler) -> Iterator[str]:
    """A server on loopback that answers each GET by `handle`; its URL."""

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            handle(self)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def answer(code: int, body: Any, **headers: str) -> Handler:
    """Answers this."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        request.send_header("Content-Length", str(len(text)))
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(text)

    return handle


def good(value: str = "4", **more: Any) -> dict[str, Any]:
    data = {"resultType": "vector", "result": [{"metric": {}, "value": [AT, value]}]}
    return {"status": "success", "data": data, **more}


def ask(handle: Handler, **options: Any) -> Found | Missing:
    with serving(handle) as url:
        return Prometheus(url + "/", phase=PHASE, wall=lambda: AT, **options).ask("up")


def trickle(request: BaseHTTPRequestHandler) -> None:
    """A byte now and then, each in time for a client that waits for the next one only."""
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    try:
        for _ in range(100):
            request.wfile.write(b" ")
            threading.Event().wait(0.1)
    except OSError:
        request.close_connection = True


def silent(request: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(3 * PHASE)
    request.close_connection = True


def test_a_good_answer() -> None:
    assert ask(answer(200, good("2.5"))) == Found(2.5, AT)


@pytest.mark.parametrize(
    ("handle", "said"),
    [
        (answer(200, good(warnings=["partial data: store a is down"])), "partial data: store a is down"),
        (answer(400, {"status": "error", "error": "parse error: unexpected )"}), "400: parse error"),
        (answer(503, b"<html>"), "503: Service Unavailable"),
        (answer(401, b""), "settings.prometheusTokenFile"),
        (answer(302, b"", Location="http://169.254.169.254/"), "settings.prometheusUrl"),
        (answer(200, b"<html>Grafana"), "no Prometheus"),
        (answer(200, {"status": "success", "data": None}), "no Prometheus"),
        (answer(200, b" " * (MOST_BYTES + 1)), "larger than 4 MiB"),
        (silent, "within 0.3 s"),
        (trickle, "too slowly"),
    ],
    ids=["partial", "refused", "down", "no token", "redirect", "page", "empty", "huge", "silent", "trickle"],
)  # fmt: skip
def test_what_is_no_answer_says_why(handle: Handler, said: str) -> None:
    found = ask(handle)

    assert isinstance(found, Missing)
    assert said in found.why


def test_nobody_there() -> None:
    with serving(answer(200, good())) as url:
        pass

    assert Prometheus(url, phase=PHASE).ask("up") == Missing("Prometheus cannot be reached")


def test_a_token_is_read_anew_and_goes_nowhere_without_its_file(tmp_path: Path) -> None:
    seen: list[str | None] = []

    def handle(request: BaseHTTPRequestHandler) -> None:
        seen.append(request.headers["Authorization"])
        answer(200, good())(request)

    token = tmp_path / "token"
    with serving(handle) as url:
        prometheus = Prometheus(url, token_file=str(token), phase=PHASE, wall=lambda: AT)
        before = prometheus.ask("up")
        for text in ("one\n", "two\n"):
            token.write_text(text)
            prometheus.ask("up")

    assert isinstance(before, Missing) and "cannot be read" in before.why
    assert seen == ["Bearer one", "Bearer two"]


def test_a_query_is_sent_as_it_is_written_with_limits() -> None:
    paths: list[str] = []

    def handle(request: BaseHTTPRequestHandler) -> None:
        paths.append(request.path)
        answer(200, good())(request)

    with serving(handle) as url:
        Prometheus(f"{url}/prom/", phase=5.0, wall=lambda: AT).ask('sum(rate(a{b="c&d"}[5m]))')

    assert paths == [
        "/prom/api/v1/query?query=sum%28rate%28a%7Bb%3D%22c%26d%22%7D%5B5m%5D%29%29&timeout=5s&limit=10000"
    ]
