"""Reads a recorded history from its file, and says so where the file is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from ampacity.audit.history import KINDS

Json = dict[str, Any]

_EVENTS = ("LIST", "ADDED", "MODIFIED", "DELETED")
_REMEDY = "name a file that `ampacity audit --record FILE` has written"


class HistoryUnreadable(Exception):
    """There is no history in the file, or a part in its middle is damaged; the text says which."""


def read_history(path: Path, warn: Callable[[str], None]) -> Iterator[Json]:
    """The records of a file in order. Raises HistoryUnreadable.

    A last line that was cut off, as when the recorder was killed, is left out and told to `warn`.
    """
    try:
        with path.open(encoding="utf-8") as lines:
            yield from _records(path, lines, warn)
    except OSError as error:
        raise HistoryUnreadable(f"{path} cannot be read: {error.strerror}; {_REMEDY}") from error
    except UnicodeDecodeError as error:
        raise HistoryUnreadable(f"{path} is no recorded history: it is no text; {_REMEDY}") from error


def _records(path: Path, lines: TextIO, warn: Callable[[str], None]) -> Iterator[Json]:
    number = 0
    broken = 0
    for number, line in enumerate(lines, 1):
        if broken:
            raise HistoryUnreadable(f"{path} is no recorded history: line {broken} is damaged; {_REMEDY}")
        record = _record(line)
        if record is None:
            broken = number
        else:
            yield record
    if number == broken:
        what = "its only line cannot be read" if number else "it is empty"
        if number <= 1:
            raise HistoryUnreadable(f"{path} is no recorded history: {what}; {_REMEDY}")
        warn(f"{path}, line {number}: cut off; judged up to there")


def _record(line: str) -> Json | None:
    """A record; None if the line is none."""
    try:
        record = json.loads(line)
        listed = record["event"] == "LIST"
        items = record["items"] if listed else [record["object"]]
        known = record["kind"] in KINDS and record["event"] in _EVENTS
        float(record["t"]), int(record["version"] if listed else 0)
        return record if known and all(map(_is_object, items)) else None
    except (ValueError, TypeError, KeyError):
        return None


def _is_object(item: Any) -> bool:
    metadata = item["metadata"]
    return isinstance(item, Mapping) and int(metadata["resourceVersion"]) >= 0 and bool(metadata["uid"])
