"""Lists and watch events off the wire, keeping only the fields that are read.

Most of a Pod is managed fields, status of containers and volumes. pydantic's
parser skips what a type does not name while it reads, which takes about half
the time of building all of it. Should an object not have the expected types,
the plain parser takes over, and reading decides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from ampacity.cluster.errors import ApiError

Json = Mapping[str, Any]
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
O = TypeVar("O")  # noqa: E741 (an object's wire type)


@dataclass(frozen=True, slots=True)
class Event:
    """One watch event: its type, and the object (a Status for ERROR)."""

    type: str
    object: Json


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: all pages of one list share `version`; `next` is "" on the last."""

    items: list[Json]
    version: str
    next: str


class Wire(Generic[O]):
    """How objects of one kind are parsed. `shape`: a TypedDict of the fields to keep, None for all."""

    def __init__(self, shape: type[O] | None = None) -> None:
        self._events: TypeAdapter[Any] | None = None
        self._pages: TypeAdapter[Any] | None = None
        if shape is not None:
            self._events = TypeAdapter(_Event[shape])  # type: ignore[valid-type]
            self._pages = TypeAdapter(_Page[shape])  # type: ignore[valid-type]

    def event(self, line: bytes) -> Event:
        """A line of a watch; ValueError if it is none."""
        fields = _parse(self._events, line)
        if fields.get("type") == "ERROR":
            fields = _parse(None, line)
        kind, subject = fields.get("type"), fields.get("object")
        if not isinstance(kind, str) or not isinstance(subject, dict):
            raise ValueError("no watch event")
        return Event(kind, subject)

    def page(self, body: bytes) -> Page:
        """A page of a list; ValueError if it is none."""
        fields = _parse(self._pages, body)
        metadata = fields.get("metadata") or {}
        version = metadata.get("resourceVersion")
        if not version:
            raise ValueError("a list without resourceVersion")
        return Page(fields.get("items") or [], version, metadata.get("continue") or "")


def refusal(status: Json) -> ApiError:
    """The error that an ERROR event tells by its Status."""
    code = status.get("code")
    details = status.get("details") or {}
    return ApiError(
        code if isinstance(code, int) else 500,
        str(status.get("reason") or ""),
        str(status.get("message") or "the watch ended in an error"),
        details.get("retryAfterSeconds"),
    )


def encoded(body: Any) -> bytes:
    """JSON that is YAML too, as the API server reads what is applied.

    YAML knows no escapes in pairs, which JSON has for emoji and their like, and takes
    no unprintable characters but as escapes.
    """
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode(errors="replace")


class _Event(TypedDict, Generic[O], total=False):
    type: str
    object: O


class _Page(TypedDict, Generic[O], total=False):
    metadata: dict[str, Any]
    items: list[O] | None


def _parse(adapter: TypeAdapter[Any] | None, text: bytes) -> dict[str, Any]:
    if adapter is not None:
        try:
            found: dict[str, Any] = adapter.validate_json(text)
            return found
        except ValidationError:
            pass
    try:
        fields = json.loads(text)
    except RecursionError:
        raise ValueError("nested deeper than any object is") from None
    if not isinstance(fields, dict):
        raise ValueError("no JSON object")
    return fields
