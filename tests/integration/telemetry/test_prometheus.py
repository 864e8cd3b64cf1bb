"""A real Prometheus that scrapes a small exporter: figures follow, and stay when either is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ampacity.core.distribution.model import Demand, Pool
from ampacity.telemetry.poller import Telemetry
from ampacity.telemetry.prometheus import Prometheus
from ampacity.translate.telemetry import Asked, Reading, with_readings
from tests.metered import Exporter, RealPrometheus, exporter, real_prometheus

CHAT = Asked("default/chat", "paris")
QUERY = 'requests_per_second{region="paris"}'
FLOOR = 2.0
WISH = Pool(CHAT.pool, (), (Demand(CHAT.region, FLOOR, 100, 10),))


class Watched:
    """Telemetry of one region as it runs, and what to wait for."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    async def until(self, holds: Callable[[Reading], bool]) -> Reading:
        async with asyncio.timeout(30):
            while True:
                reading = self._telemetry.readings().get(CHAT)
                if reading is not None and holds(reading):
                    return reading
                await asyncio.sleep(0.1)

    @property
    def demand(self) -> float:
        wish = with_readings(WISH, self._telemetry.readings())
        assert wish is not None
        return wish.demand[0].requests


async def _a_day(exported: Exporter, prometheus: RealPrometheus, watched: Watched) -> None:
    exported.set(paris=9.0, oslo=100.0)
    await watched.until(lambda now: now.value == 9.0)
    assert watched.demand == 9.0

    exported.set(paris=0.5)
    await watched.until(lambda now: now.value == 0.5)
    assert watched.demand == FLOOR

    exported.set(paris=6.0)
    await watched.until(lambda now: now.value == 6.0)
    exported.set()
    gone = await watched.until(lambda now: now.stale)
    assert (gone.value, gone.why, watched.demand) == (6.0, "the query finds no series", 6.0)

    exported.set(paris=7.0)
    await watched.until(lambda now: now.value == 7.0 and not now.stale)
    prometheus.stop()
    lost = await watched.until(lambda now: now.stale)
    assert (lost.value, lost.why, watched.demand) == (7.0, "Prometheus cannot be reached", 7.0)


@pytest.mark.timeout(1200)  # the first run builds Prometheus
def test_demand_follows_what_is_measured_and_outlives_who_measures_it(
    tmp_path: Path, prometheus_program: Path
) -> None:
    async def scenario() -> None:
        with (
            exporter() as exported,
            real_prometheus(prometheus_program, tmp_path, exported.port) as prometheus,
        ):
            telemetry = Telemetry(Prometheus(prometheus.url).ask, lambda: [_pool()], lambda: None, 1.0)
            running = asyncio.create_task(telemetry.run())
            await _a_day(exported, prometheus, Watched(telemetry))
            running.cancel()

    asyncio.run(scenario())


def _pool() -> dict[str, Any]:
    regions = [{"region": CHAT.region, "requestsPerSecond": FLOOR, "query": QUERY}]
    return {
        "metadata": {"namespace": "default", "name": "chat"},
        "spec": {"demand": {"regions": regions}},
    }
