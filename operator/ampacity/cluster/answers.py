"""What the bodies and headers of answers say, also of answers that came from a proxy or a dying server."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from ampacity.cluster.errors import ApiError, Unreachable

_LONGEST_MESSAGE = 2_000


def json_of(body: bytes) -> dict[str, Any]:
    """The JSON object of a successful answer. Raises Unreachable if it is none."""
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise Unreachable("Garbled", "the answer is no JSON; it may have been cut off") from error
    if not isinstance(answer, dict):
        raise Unreachable("Garbled", "the answer is no JSON object")
    return answer


async def refusal(response: aiohttp.ClientResponse) -> ApiError:
    """The error that an answer of 400 or above is."""
    text = (await response.read()).decode(errors="replace")
    status = _status(text)
    return ApiError(
        response.status,
        str(status.get("reason") or response.reason or ""),
        str(status.get("message") or text)[:_LONGEST_MESSAGE],
        _seconds(response.headers.get("Retry-After")),
    )


def _status(text: str) -> dict[str, Any]:
    """The Status object of a refusal, {} if somebody sent something else."""
    try:
        status = json.loads(text)
    except ValueError:
        return {}
    return status if isinstance(status, dict) else {}


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isascii() and header.isdecimal() else None
