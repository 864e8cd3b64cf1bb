"""A lean client of one API server: JSON in, JSON out, no models.

Every call has a timeout, calls in flight are bounded, and a server that asks
for patience gets some (see `patience`). Nothing else is retried here: whether a
write may be repeated is for its caller to know.
"""

from __future__ import annotations

import asyncio
import copy
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

import aiohttp

from ampacity.cluster.access import Access
from ampacity.cluster.answers import json_of, refusal
from ampacity.cluster.errors import ApiError, NotAllowed, Unreachable
from ampacity.cluster.patience import Patience
from ampacity.cluster.wire import encoded

Params = Mapping[str, str]
Guard = Callable[[], bool]
OnError = Callable[[str, str], None]
"""Told of every failed call: the verb as RBAC names it, and the HTTP code, "timeout" or "connection"."""

_BUFFER = 2**18


class Patch(StrEnum):
    """Ways to patch, by content type."""

    JSON = "application/json-patch+json"
    MERGE = "application/merge-patch+json"
    STRATEGIC = "application/strategic-merge-patch+json"
    APPLY = "application/apply-patch+yaml"


def ignore(verb: str, code: str) -> None:
    """An `OnError` that does nothing."""


class Client:
    """Use as an async context manager. Paths start with /api or /apis.

    All methods raise ApiError, with Unreachable where there was no answer
    within `timeout` seconds.
    """

    def __init__(
        self, access: Access, *, timeout: float = 10.0, concurrency: int = 64, on_error: OnError = ignore
    ) -> None:
        self._access = access
        self._timeout = timeout
        self._slots = asyncio.Semaphore(concurrency)
        self._on_error = on_error
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        tls: ssl.SSLContext | bool = True if self._access.tls is None else self._access.tls
        connector = aiohttp.TCPConnector(limit=0, ssl=tls, keepalive_timeout=30.0)
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers={"User-Agent": "ampacity", "Accept": "application/json"},
            read_bufsize=_BUFFER,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    def aside(self, concurrency: int) -> Self:
        """The same session with slots of its own: what hangs on the others is not waited for."""
        other = copy.copy(self)
        other._slots = asyncio.Semaphore(concurrency)
        return other

    async def get(self, path: str, params: Params | None = None) -> dict[str, Any]:
        """One object, or one page of a list."""
        return json_of(await self.get_raw(path, params))

    async def get_raw(
        self, path: str, params: Params | None = None, *, verb: str = "get", timeout: float | None = None
    ) -> bytes:
        """As `get`, undecoded. `verb` is for counting errors."""
        return await self._call("GET", verb, path, params=params, timeout=timeout)

    async def create(
        self, path: str, body: Mapping[str, Any], *, guard: Guard | None = None
    ) -> dict[str, Any]:
        """Create an object in the collection at `path`."""
        return json_of(await self._call("POST", "create", path, body=body, guard=guard))

    async def replace(
        self, path: str, body: Mapping[str, Any], *, guard: Guard | None = None
    ) -> dict[str, Any]:
        """Replace an object; with a resourceVersion in it, 409 if somebody else wrote meanwhile."""
        return json_of(await self._call("PUT", "update", path, body=body, guard=guard))

    async def patch(
        self,
        path: str,
        body: Any,
        *,
        kind: Patch = Patch.MERGE,
        params: Params | None = None,
        guard: Guard | None = None,
    ) -> dict[str, Any]:
        """Patch an object. `guard` is asked before each try; if it says no, NotAllowed."""
        return json_of(
            await self._call("PATCH", "patch", path, body=body, content=kind, params=params, guard=guard)
        )

    async def delete(
        self, path: str, body: Mapping[str, Any] | None = None, *, guard: Guard | None = None
    ) -> dict[str, Any]:
        """Delete an object; `body` may be DeleteOptions."""
        return json_of(await self._call("DELETE", "delete", path, body=body, guard=guard))

    @asynccontextmanager
    async def stream(self, path: str, params: Params, *, stall: float) -> AsyncIterator[aiohttp.StreamReader]:
        """The body of a watch as it comes in; Unreachable if nothing comes for `stall` seconds."""
        limits = aiohttp.ClientTimeout(total=None, sock_connect=self._timeout, sock_read=stall)
        async with self._answer("GET", "watch", path, params=params, timeout=limits) as response:
            yield response.content

    async def _call(
        self,
        method: str,
        verb: str,
        path: str,
        *,
        body: Any = None,
        content: str = "application/json",
        params: Params | None = None,
        timeout: float | None = None,
        guard: Guard | None = None,
    ) -> bytes:
        limits = aiohttp.ClientTimeout(total=timeout or self._timeout)
        data = None if body is None else encoded(body)
        patience = Patience(method)
        while True:
            try:
                async with self._slots:
                    if guard is not None and not guard():
                        raise NotAllowed
                    async with self._answer(method, verb, path, params, limits, data, content) as response:
                        return await response.read()
            except ApiError as error:
                pause = patience.pause(error)
                if pause is None:
                    raise
                await asyncio.sleep(pause)

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        verb: str,
        path: str,
        params: Params | None,
        timeout: aiohttp.ClientTimeout,
        data: bytes | None = None,
        content: str = "application/json",
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """A successful answer; errors also while its body is read become ApiError and are counted."""
        if self._session is None:
            raise RuntimeError("the client is not open; use it as an async context manager")
        with self._told(verb, path):
            async with self._session.request(
                method,
                self._access.server + path,
                params=params,
                data=data,
                headers=await self._headers(content if data is not None else None),
                timeout=timeout,
                proxy=self._access.proxy,
                server_hostname=self._access.server_name,
            ) as response:
                if response.status == 401:
                    self._access.credentials.refused()
                if response.status >= 400:
                    raise await refusal(response)
                yield response

    @contextmanager
    def _told(self, verb: str, path: str) -> Iterator[None]:
        """Counts what fails in the block, and makes an ApiError of it."""
        try:
            yield
        except ApiError as error:
            self._on_error(verb, str(error.status))
            raise
        except TimeoutError as error:
            self._on_error(verb, "timeout")
            raise Unreachable("Timeout", f"no answer to {verb} {path} in time") from error
        except aiohttp.ClientError as error:
            self._on_error(verb, "connection")
            raise Unreachable("Connection", f"{verb} {path}: {error or type(error).__name__}") from error

    async def _headers(self, content: str | None) -> dict[str, str]:
        token = await self._access.credentials.token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return {**headers, "Content-Type": content} if content else headers
