"""The real API server behind the proxy, and the ways in which the proxy itself can answer."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

_OF_THE_CONNECTION = ("Host", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length")
_REASONS = {401: "Unauthorized", 410: "Expired", 429: "TooManyRequests", 500: "InternalError"}
_PAGE = "25"


class Upstream:
    """Passes requests on. Raises aiohttp.ClientError where the server is not there."""

    def __init__(self, session: aiohttp.ClientSession, server: str) -> None:
        self._session, self._server = session, server

    def open(
        self, request: web.BaseRequest, body: bytes, **changed: str
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """The same request to the real server, with these query parameters; lists in short pages."""
        query = dict(request.query) | ({"limit": _PAGE} if "limit" in request.query else {}) | changed
        headers = _passed_on(request.headers)
        headers["Accept-Encoding"] = "identity"
        return self._session.request(
            request.method,
            URL(self._server).with_path(request.path).with_query(query),
            data=body or None,
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=5),
        )


def headers_of(answer: aiohttp.ClientResponse) -> CIMultiDict[str]:
    """Headers of an answer, as the client gets them."""
    return _passed_on(answer.headers)


def refusal(status: int, retry_after: int | None = None) -> web.Response:
    """A Status, as the API server sends it."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return web.json_response(status_object(status), status=status, headers=headers)


def status_object(status: int) -> dict[str, object]:
    """The body of a refusal, or the object of an ERROR event."""
    reason = _REASONS.get(status, "ServiceUnavailable")
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": status,
        "reason": reason,
        "message": f"injected: {reason}",
    }


def hang_up(request: web.BaseRequest) -> web.Response:
    """Reset the connection; nothing more is sent."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _passed_on(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    passed = CIMultiDict(headers)
    for name in _OF_THE_CONNECTION:
        passed.popall(name, None)
    return passed
