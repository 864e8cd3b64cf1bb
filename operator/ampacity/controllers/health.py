"""`/healthz`, `/readyz` and `/metrics` on one port."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from ampacity.controllers.metrics import Metrics

Answer = tuple[bool, str]
"""Whether all is well, and a line for whoever asks."""


class HealthServer:
    """Serves what `alive` and `ready` answer when they are asked; `refresh` runs before a scrape."""

    def __init__(
        self,
        metrics: Metrics,
        alive: Callable[[], Answer],
        ready: Callable[[], Answer],
        refresh: Callable[[], None] = lambda: None,
    ) -> None:
        self._metrics, self._alive, self._ready, self._refresh = metrics, alive, ready, refresh
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; the port taken (port 0 takes a free one)."""
        app = web.Application()
        app.router.add_get("/healthz", self._answer(self._alive))
        app.router.add_get("/readyz", self._answer(self._ready))
        app.router.add_get("/metrics", self._scrape)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    @staticmethod
    def _answer(ask: Callable[[], Answer]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(_: web.Request) -> web.Response:
            well, line = ask()
            return web.Response(text=line + "\n", status=200 if well else 503)

        return handler

    async def _scrape(self, _: web.Request) -> web.Response:
        self._refresh()
        return web.Response(
            body=self._metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )
