"""The newest known state of our own objects, one store a kind.

Two feeds meet here: events, which are quick but may miss a deletion, and
complete lists, which miss nothing. resourceVersions are ordered, so neither
can bring back what the other has seen go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Object = Mapping[str, Any]
"""A Kubernetes object as JSON."""


class Store:
    """Objects of one kind by uid. `on_change` is called when what users wrote has changed,
    not when only a status did. `newest`: the greatest resourceVersion seen of this kind."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self._objects: dict[str, Object] = {}
        self._gone: set[str] = set()
        self.newest = 0
        self._on_change = on_change
        self.listed = False

    def see(self, obj: Object, *, deleted: bool = False) -> None:
        """Take in one object, newer or not."""
        uid = _uid(obj)
        known = self._objects.get(uid)
        self.newest = max(self.newest, _version(obj))
        if deleted:
            self._gone.add(uid)
            changed = self._objects.pop(uid, None) is not None
        elif uid in self._gone or (known is not None and _version(known) >= _version(obj)):
            return
        else:
            self._objects[uid] = obj
            changed = known is None or written(known) != written(obj)
        if changed:
            self._on_change()

    def take_list(self, objects: Iterable[Object], version: str) -> None:
        """Take in a complete list at resourceVersion `version`: what it lacks is gone,
        unless it was seen after the list was made."""
        self.newest = max(self.newest, int(version))
        listed = {_uid(obj): obj for obj in objects}
        for uid, known in list(self._objects.items()):
            if uid not in listed and _version(known) <= int(version):
                self.see(known, deleted=True)
        for obj in listed.values():
            self.see(obj)
        if not self.listed:
            self.listed = True
            self._on_change()

    def get(self, uid: str) -> Object | None:
        """The object of this uid, if it exists."""
        return self._objects.get(uid)

    def all(self) -> tuple[Object, ...]:
        """Every object, by namespace and name."""
        return tuple(sorted(self._objects.values(), key=_name))


def written(obj: Object) -> tuple[object, ...]:
    """What of an object its users decide: its generation (that is, its spec) and its labels."""
    metadata = obj["metadata"]
    return (
        metadata.get("generation"),
        metadata.get("labels"),
        metadata.get("deletionTimestamp"),
    )


def _uid(obj: Object) -> str:
    return str(obj["metadata"]["uid"])


def _version(obj: Object) -> int:
    return int(obj["metadata"]["resourceVersion"])


def _name(obj: Object) -> tuple[str, str]:
    return obj["metadata"].get("namespace", ""), obj["metadata"]["name"]
