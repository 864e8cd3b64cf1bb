"""kopf handlers of our own kinds, and how kopf runs.

A handler hands its object to a store and returns; nothing is decided here.
kopf never writes: no finalizers, no annotations, no Events, no peering.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import kopf

from ampacity import names
from ampacity.controllers.stores import Object

Sink = Callable[[Object, bool], None]
"""Takes an object as last seen, and whether it was deleted."""

_WATCH_ENDS, _SILENT = 25, 35.0
"""Seconds after which a watch is ended, and of silence after which it is given up: see `cluster.watch`."""

NewSession = Callable[[Callable[[], None]], kopf.AiohttpSession]
"""Makes a session to the API server, which tells of every call that it begins; called in kopf's thread."""


class EndlessBackoff:
    """Seconds between attempts: doubling up to a bound, for ever, afresh for each request."""

    def __init__(self, longest: float = 15.0) -> None:
        self._longest = longest

    def __iter__(self) -> Iterator[float]:
        seconds = 0.5
        while True:
            yield seconds
            seconds = min(self._longest, seconds * 2)


def operator_settings() -> kopf.OperatorSettings:
    """How kopf has to behave next to our own loop."""
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    settings.posting.level = logging.WARNING
    settings.peering.standalone = True
    settings.scanning.disabled = True
    settings.watching.chunk_size = 500
    settings.watching.server_timeout = _WATCH_ENDS
    settings.watching.inactivity_timeout = _SILENT
    settings.queueing.idle_timeout = 0.5
    settings.queueing.worker_limit = None
    settings.networking.request_timeout = 30
    settings.networking.connect_timeout = 5
    settings.networking.error_backoffs = EndlessBackoff()
    settings.persistence.finalizer = f"{names.GROUP}/unused"
    settings.persistence.progress_storage = kopf.AnnotationsProgressStorage(prefix=f"kopf.{names.GROUP}")
    settings.persistence.diffbase_storage = kopf.AnnotationsDiffBaseStorage(prefix=f"kopf.{names.GROUP}")
    return settings


def operator_registry(
    sinks: Mapping[str, Sink], session: Callable[[], kopf.AiohttpSession]
) -> kopf.OperatorRegistry:
    """A registry that feeds each kind (by plural name) to its sink."""
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    async def log_in(**_: Any) -> kopf.AiohttpSession:
        return session()

    for plural, sink in sinks.items():
        kopf.on.event(names.GROUP, names.VERSION, plural, id=plural, registry=registry)(_handler(sink))
    return registry


def _handler(sink: Sink) -> Callable[..., Any]:
    async def handle(event: Mapping[str, Any], **_: Any) -> None:
        sink(event["object"], event["type"] == "DELETED")

    return handle
