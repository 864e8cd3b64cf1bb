"""Events for people, each said once.

Best effort by nature: an event that cannot be written is lost (the client
counts the failure), because conditions say the same and last.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ampacity import names
from ampacity.cluster.client import Client
from ampacity.cluster.errors import AccessError, ApiError
from ampacity.cluster.times import micro_time, utcnow

CONTROLLER = f"{names.GROUP}/operator"

_LONGEST_NOTE = 1024
_LONGEST_INSTANCE = 128
_LONGEST_PREFIX = 200
_AGAIN_AFTER = 3600.0


@dataclass(frozen=True, slots=True)
class Subject:
    """The object an event is about."""

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str


class EventRecorder:
    """Posts events.k8s.io/v1 Events; equal ones about one object at most once an hour."""

    def __init__(
        self,
        client: Client,
        instance: str,
        *,
        wall: Callable[[], datetime] = utcnow,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._instance = client, instance[:_LONGEST_INSTANCE]
        self._wall, self._clock = wall, clock
        self._said: dict[tuple[str, str, str], float] = {}

    async def post(
        self,
        about: Subject,
        reason: str,
        note: str,
        *,
        kind: Literal["Normal", "Warning"] = "Normal",
        action: str = "Plan",
    ) -> bool:
        """Post an event; False if it was said already or could not be written."""
        key, now = (about.uid, reason, note), self._clock()
        if now - self._said.get(key, float("-inf")) < _AGAIN_AFTER:
            return False
        self._forget(now)
        self._said[key] = now
        namespace = about.namespace or "default"
        try:
            await self._client.create(
                f"/apis/events.k8s.io/v1/namespaces/{namespace}/events",
                self._event(about, namespace, reason, note, kind, action),
            )
        except (ApiError, AccessError):
            return False
        return True

    def _event(
        self, about: Subject, namespace: str, reason: str, note: str, kind: str, action: str
    ) -> dict[str, object]:
        return {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {
                "generateName": f"{about.name[:_LONGEST_PREFIX].rstrip('.-')}-",
                "namespace": namespace,
            },
            "eventTime": micro_time(self._wall()),
            "reportingController": CONTROLLER,
            "reportingInstance": self._instance,
            "action": action,
            "reason": reason,
            "regarding": {
                "apiVersion": about.api_version,
                "kind": about.kind,
                "namespace": about.namespace,
                "name": about.name,
                "uid": about.uid,
            },
            "note": note[:_LONGEST_NOTE],
            "type": kind,
        }

    def _forget(self, now: float) -> None:
        """Drop what is old enough to be said again; dicts keep the order of insertion."""
        for key, said in list(self._said.items()):
            if now - said < _AGAIN_AFTER:
                break
            del self._said[key]
