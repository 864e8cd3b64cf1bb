"""Objects off the wire as records: each version of an object is read once, and none is lost unread.

A list taken anew mostly has what was known; whatever is known at that very
version is kept as it is. An object that cannot be read counts as it was known
before, and is remembered with a sentence, until it can be read again or goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

from ampacity.cluster.client import OnError
from ampacity.cluster.store import Store, Versioned
from ampacity.cluster.wire import Json

T = TypeVar("T", bound=Versioned)

_LONGEST = 300


class Reading(Generic[T]):
    """Reads objects of one kind. `decode` makes a record, or None of one that no longer counts; whatever
    it raises is a fault of that object alone, which `on_error` hears of as "decode", `path`."""

    def __init__(
        self, store: Store[T], decode: Callable[[Json], T | None], on_error: OnError, path: str
    ) -> None:
        self._store, self._decode = store, decode
        self._on_error, self._path = on_error, path
        self._faults: dict[str, str] = {}
        self._faults_to_come: dict[str, str] = {}
        self._changes: list[Callable[[T], T]] | None = None

    @property
    def faults(self) -> Mapping[str, str]:
        """Objects that cannot be read at present, by uid, and a sentence why."""
        return MappingProxyType(self._faults)

    def begin_list(self) -> None:
        """A list begins to come. One that came before, and was not ended, is forgotten."""
        self._changes, self._faults_to_come = [], {}

    def listed(self, item: Json) -> T | None:
        """The record of an object of the list that is coming; None if it does not count or cannot be read."""
        return self._record(self._faults_to_come, item)

    def end_list(self, records: Iterable[T], version: str) -> None:
        """The list has come whole, at `version`, and these are all its records."""
        for change in self._changes or ():
            records = map(change, records)
        self._changes = None
        self._faults = self._faults_to_come
        self._store.replace(records, version, keep=self._faults)

    def revise(self, change: Callable[[T], T]) -> None:
        """Read every object anew, also those of a list that is still coming."""
        if self._changes is not None:
            self._changes.append(change)
        self._store.revise(change)

    def gone(self, uid: str) -> None:
        """The object was deleted."""
        self._faults.pop(uid, None)
        self._store.remove(uid)

    def news(self, item: Json, uid: str) -> None:
        """The object is new, or has changed."""
        self._faults.pop(uid, None)
        record = self._record(self._faults, item)
        if record is not None:
            self._store.put(record)
        elif uid not in self._faults:
            self._store.remove(uid)

    def _record(self, faults: dict[str, str], item: Json) -> T | None:
        try:
            return self._known(item) or self._decode(item)
        except Exception as error:  # whatever it is: one object must not end the watch of all others
            metadata = item.get("metadata") or {}
            faults[metadata.get("uid", "")] = _sentence(metadata, error)
            self._on_error("decode", self._path)
            return None

    def _known(self, item: Json) -> T | None:
        """What is known of an object at this very version."""
        metadata = item["metadata"]
        known = self._store.get(metadata["uid"])
        same = known is not None and known.resource_version == metadata["resourceVersion"]
        return known if same else None


def _sentence(metadata: Json, error: Exception) -> str:
    name = "/".join(str(metadata[part]) for part in ("namespace", "name") if metadata.get(part))
    why = f"{name or 'an object without name'} cannot be read, and counts as it was known before: {error!r}"
    return why[:_LONGEST]
