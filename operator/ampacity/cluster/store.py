"""What a watch knows: objects by uid, each at the newest resourceVersion seen.

resourceVersions are ordered (one counter for all objects), so news may come
from several sides: the watch, a complete list, and the answers to our own
patches. The store takes what is newer and ignores what is old, and an object
that is gone does not come back because an answer was slow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from ampacity.core.ledger import newer


class Versioned(Protocol):
    """A record of one version of an object."""

    @property
    def uid(self) -> str:
        """The object's identity: another object of the same name has another one."""

    @property
    def resource_version(self) -> str:
        """Grows with every change."""


T = TypeVar("T", bound=Versioned)

OnChange = Callable[[T | None, T | None], None]
"""Told of every change: what was known, and what is known now (None: nothing)."""


class Store(Generic[T]):
    """Objects of one kind by uid. `on_change` is called once per change, in order."""

    def __init__(self, on_change: OnChange[T] | None = None) -> None:
        self._objects: dict[str, T] = {}
        self._on_change = on_change

    @property
    def objects(self) -> Mapping[str, T]:
        """All objects by uid: a live view, not a copy."""
        return MappingProxyType(self._objects)

    def get(self, uid: str) -> T | None:
        """The object of this uid."""
        return self._objects.get(uid)

    def put(self, new: T) -> bool:
        """Take news of an object; False if as much or more was known."""
        old = self._objects.get(new.uid)
        if old is not None and not newer(new.resource_version, old.resource_version):
            return False
        self._objects[new.uid] = new
        self._tell(old, new)
        return True

    def observe(self, new: T) -> bool:
        """Take what a write answered; False if the object is gone meanwhile, or as much was known."""
        return new.uid in self._objects and self.put(new)

    def remove(self, uid: str) -> None:
        """The object is gone; its uid never returns."""
        old = self._objects.pop(uid, None)
        if old is not None:
            self._tell(old, None)

    def replace(self, listed: Iterable[T], version: str, keep: Iterable[str] = ()) -> None:
        """Take a complete list as of `version`: what it lacks is gone, unless known from later.

        `keep`: uids that the list has but that could not be read.
        """
        fresh = {new.uid: new for new in listed}
        for uid in self._objects.keys() - fresh.keys() - set(keep):
            if not newer(self._objects[uid].resource_version, version):
                self.remove(uid)
        for new in fresh.values():
            self.put(new)

    def revise(self, change: Callable[[T], T]) -> None:
        """Read every object anew, for example when what counts as a GPU has changed. `change` gives
        back the very record that stays as it is."""
        for uid, old in list(self._objects.items()):
            new = change(old)
            if new is not old:
                self._objects[uid] = new
                self._tell(old, new)

    def _tell(self, old: T | None, new: T | None) -> None:
        if self._on_change is not None:
            self._on_change(old, new)
