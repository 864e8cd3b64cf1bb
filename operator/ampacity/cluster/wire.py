"""Lists and watch events off the wire, keeping only the fields that are read.

Most of a Pod is managed fields, status of containers and volumes. pydantic's
parser skips what a type does not name while it reads, which takes about half
the time of building all of it. Should an object not have the expected types,
the plain parser takes over, and reading decides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

Json = Mapping[str, Any]
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


class _Event(TypedDict, Generic[O], total=False):
    type: str
    object: O


class _Page(TypedDict, Generic[O], total=False):
    metadata: dict[str, Any]
    items: list[O] | None


def _parse(adapter: TypeAdapter[Any] | None, text: bytes) -> dict[str, Any]:
    if adapter is not None:
        try:
            fields = adapter.validate_json(text)
        except ValidationError:
            fields = json.loads(text)
    else:
        fields = json.loads(text)
    if not isinstance(fields, dict):
        raise ValueError("no JSON object")
    return fields
