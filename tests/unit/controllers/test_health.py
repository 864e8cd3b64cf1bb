"""The port for probes and scrapes."""

from __future__ import annotations

import asyncio

import aiohttp

from ampacity.controllers.health import HealthServer
from ampacity.controllers.metrics import Metrics


async def ask(server: HealthServer, *paths: str) -> list[tuple[int, str]]:
    port = await server.start("127.0.0.1", 0)
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            answers = []
            for path in paths:
                async with session.get(path) as response:
                    answers.append((response.status, await response.text()))
            return answers
    finally:
        await server.stop()


def test_probes_answer_what_the_process_says() -> None:
    server = HealthServer(Metrics(), lambda: (True, "alive"), lambda: (False, "pods are not listed yet"))
    answers = asyncio.run(ask(server, "/healthz", "/readyz"))
    assert answers == [(200, "alive\n"), (503, "pods are not listed yet\n")]


def test_a_scrape_is_fresh() -> None:
    metrics = Metrics()
    server = HealthServer(
        metrics, lambda: (True, ""), lambda: (True, ""), lambda: metrics.watch_age.labels("pods").set(1.5)
    )
    ((status, text),) = asyncio.run(ask(server, "/metrics"))
    assert status == 200 and 'ampacity_watch_age_seconds{watch="pods"} 1.5' in text
