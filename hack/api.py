"""A small HTTP client for the API server: raw objects, keep-alive connections, one connection a thread.

For the set-up of clusters and for tests that look at raw objects. Standard library only, so that it works
before anything is installed.
"""

import http.client
import json
import ssl
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

Object = dict[str, Any]
T = TypeVar("T")
R = TypeVar("R")

_PATIENCE_S = 20
_PATCHES = {
    "json": "application/json-patch+json",
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "apply": "application/apply-patch+yaml",
}


class ApiError(Exception):
    """The API server refused. `status`: the HTTP code; `reason`, `causes` (one a field): of its Status."""

    def __init__(self, method: str, path: str, status: int, body: str) -> None:
        try:
            answer = json.loads(body)
        except ValueError:
            answer = {}
        self.status = status
        self.reason: str = answer.get("reason", "")
        self.causes: list[Object] = (answer.get("details") or {}).get("causes") or []
        super().__init__(f"{method} {path}: {status} {answer.get('message', body)}")


class Api:
    """Requests with one identity. Safe to use from several threads."""

    def __init__(self, server: str, token: str, ca: Path) -> None:
        self._host = urllib.parse.urlsplit(server).netloc
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._tls = ssl.create_default_context(cafile=str(ca))
        self._local = threading.local()

    def get(self, path: str, **query: str) -> Object:
        return self.request("GET", path, query=query)

    def items(self, path: str, **query: str) -> list[Object]:
        """The items of a list; ApiError with status 404 if the kind is unknown."""
        found: list[Object] = self.get(path, **query).get("items") or []
        return found

    def names(self, path: str, **query: str) -> list[str]:
        """The names in a list, without the objects."""
        accept = {"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}
        answer = self.request("GET", path, query=query, headers=accept)
        return [item["metadata"]["name"] for item in answer.get("items") or []]

    def post(self, path: str, body: Object) -> Object:
        return self.request("POST", path, body)

    def put(self, path: str, body: Object) -> Object:
        return self.request("PUT", path, body)

    def patch(self, path: str, body: Object | list[Object], kind: str = "merge", **query: str) -> Object:
        """`kind`: json, merge, strategic or apply (which needs the query fieldManager)."""
        return self.request("PATCH", path, body, query, {"Content-Type": _PATCHES[kind]})

    def delete(self, path: str, body: Object | None = None, **query: str) -> Object:
        return self.request("DELETE", path, body, query)

    def request(
        self,
        method: str,
        path: str,
        body: Object | list[Object] | str | None = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Object:
        """`body`: an object, or JSON text that is sent as it stands."""
        url = f"{path}?{urllib.parse.urlencode(query)}" if query else path
        data = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        headers = {"Content-Type": "application/json", **(headers or {})}
        deadline = time.monotonic() + _PATIENCE_S
        while (answered := self._exchange(method, url, data, headers))[0] == 429:
            # Not executed: the server is busy, or a new kind is not served yet.
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
        status, text = answered
        if status >= 400:
            raise ApiError(method, path, status, text)
        answer: Object = json.loads(text) if text.startswith("{") else {"text": text}
        return answer

    def _exchange(
        self, method: str, url: str, data: bytes | None, headers: dict[str, str]
    ) -> tuple[int, str]:
        connection = self._connection()
        was_open = connection.sock is not None
        try:
            connection.request(method, url, data, self._headers | headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError):
            connection.close()
            if not was_open:
                raise
            # The server had closed the idle connection: nothing of this request was read.
            return self._exchange(method, url, data, headers)
        except (http.client.HTTPException, OSError):
            connection.close()
            raise

    def _connection(self) -> http.client.HTTPSConnection:
        if not hasattr(self._local, "connection"):
            self._local.connection = http.client.HTTPSConnection(self._host, context=self._tls, timeout=60)
        connection: http.client.HTTPSConnection = self._local.connection
        return connection


def each(work: Callable[[T], R], subjects: Iterable[T], workers: int = 16) -> list[R]:
    """The results of `work` on every subject, in order, several at a time; the first failure is raised."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, subjects))
