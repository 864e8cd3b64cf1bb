"""`python -m ampacity`: the operator."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from ampacity.cluster.access import find_access
from ampacity.cluster.client import Client
from ampacity.cluster.errors import AccessError
from ampacity.controllers.logs import configure_logs
from ampacity.controllers.metrics import Metrics
from ampacity.controllers.process import Process
from ampacity.controllers.settings import Settings, SettingsError, read_settings

log = logging.getLogger("ampacity")

_GC_THRESHOLDS = (100_000, 20, 20)
"""A list of 100,000 pods makes millions of objects, nearly all of which stay: with the default of 700,
looking for cycles among them took half the time of a list."""

_OTHERS = 32
"""Calls in flight besides those that write pods."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the operator until SIGTERM or SIGINT; the exit code: 0, or 2 if it was told nonsense."""
    try:
        settings = read_settings(sys.argv[1:] if arguments is None else arguments, os.environ)
    except SettingsError as error:
        print(f"ampacity: {error}", file=sys.stderr)
        return 2
    configure_logs(settings.log_level, settings.log_format)
    gc.set_threshold(*_GC_THRESHOLDS)
    try:
        asyncio.run(serve(settings))
    except (AccessError, OSError, ValueError) as error:
        log.error("cannot run: %s", error)
        return 2
    return 0


async def serve(settings: Settings) -> None:
    """Run one process until a signal ends it."""
    access = find_access(Path(settings.kubeconfig) if settings.kubeconfig else None, settings.context or None)
    metrics = Metrics()
    slots = settings.concurrency + _OTHERS
    async with Client(access, concurrency=slots, on_error=metrics.count_error) as client:
        process = Process(settings, client, access, metrics)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, process.stop)
        await process.run()


if __name__ == "__main__":
    sys.exit(main())
