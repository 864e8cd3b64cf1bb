"""When pods enter or leave a selection, from a watch of mere metadata that costs the API server little."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
import urllib.parse
from types import TracebackType
from typing import Any, Self

from hack.access import Cluster

_ACCEPT = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


class Incomplete(Exception):
    """Not all pods came in time, or the watch ended; the text says how many did."""


class Tally:
    """`at`: the time (perf_counter) of the first `event` (ADDED, DELETED) of each pod's name.

    `selector`: a field selector; `since`: the resourceVersion from which on events count.
    """

    def __init__(self, cluster: Cluster, selector: str, event: str, since: str) -> None:
        self.at: dict[str, float] = {}
        self._cluster, self._selector, self._event, self._version = cluster, selector, event, since
        self._end = ""
        self._news = threading.Condition()
        self._closing = threading.Event()
        self._connection, self._answer = self._connect()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        if self._connection.sock is not None:
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._connection.close()

    def wait(self, count: int, timeout: float) -> float:
        """When the last of so many pods came. Raises Incomplete."""
        with self._news:
            self._news.wait_for(lambda: len(self.at) >= count or self._end, timeout)
            if len(self.at) < count:
                raise Incomplete(f"{len(self.at)} of {count} pods within {timeout:.0f} s{self._end}")
            return max(self.at.values())

    def wait_for(self, name: str, timeout: float) -> float:
        """When this pod came. Raises Incomplete."""
        with self._news:
            self._news.wait_for(lambda: name in self.at or self._end, timeout)
            if name not in self.at:
                raise Incomplete(f"pod {name} not within {timeout:.0f} s{self._end}")
            return self.at[name]

    def _connect(self) -> tuple[http.client.HTTPSConnection, http.client.HTTPResponse]:
        trust = ssl.create_default_context(cafile=str(self._cluster.ca))
        connection = http.client.HTTPSConnection(
            urllib.parse.urlsplit(self._cluster.server).netloc, context=trust
        )
        query = {"fieldSelector": self._selector, "watch": "true", "resourceVersion": self._version}
        headers = {"Authorization": f"Bearer {self._cluster.admin_token}", "Accept": _ACCEPT}
        connection.request("GET", f"/api/v1/pods?{urllib.parse.urlencode(query)}", headers=headers)
        return connection, connection.getresponse()

    def _follow(self) -> None:
        """The API server ends the watch of a client that cannot keep up; it is resumed where it ended."""
        while not self._closing.is_set():
            try:
                for line in self._answer:
                    self._take(json.loads(line), time.perf_counter())
                self._connection, self._answer = self._connect()
            except (OSError, ValueError, http.client.HTTPException) as error:
                with self._news:
                    self._end = f", and the watch failed: {error!r}"
                    self._news.notify_all()
                return

    def _take(self, event: dict[str, Any], now: float) -> None:
        if event["type"] == "ERROR":
            raise ValueError(event["object"])
        metadata = event["object"]["metadata"]
        self._version = metadata["resourceVersion"]
        if event["type"] == self._event:
            with self._news:
                self.at.setdefault(metadata["name"], now)
                self._news.notify_all()
