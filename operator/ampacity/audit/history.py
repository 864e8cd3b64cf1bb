"""A recorded history: what the API server said, as JSON lines, put in the order of its versions.

Two kinds of line: `{"t", "kind", "event": "LIST", "version", "items"}` is all
objects of a kind at one version; `{"t", "kind", "event": "ADDED" | "MODIFIED" |
"DELETED", "object"}` is one change. `t` is the time of receipt in seconds.

A watch that resumes where it broke off loses nothing. A later LIST of a kind
means that versions in between were not seen: objects that vanished are taken
as deleted at the list's version, and the history says that it has a gap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ampacity.audit.timeline import Clock

Json = Mapping[str, Any]

NODE, POD, HOLDS = "Node", "Pod", "ConfigMap"
ENVELOPE, PROFILE, NAMESPACE = "SitePowerEnvelope", "AcceleratorProfile", "Namespace"
KINDS = (NODE, POD, HOLDS, ENVELOPE, PROFILE, NAMESPACE)


@dataclass(frozen=True, slots=True)
class Change:
    """One object at one version; `object` None means that it is gone."""

    version: int
    kind: str
    uid: str
    name: str
    object: Json | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Versions of a kind that were not seen: after `after`, before `until`."""

    kind: str
    after: int
    until: int

    def __str__(self) -> str:
        return f"changes of {self.kind}s after version {self.after} and before {self.until} were not seen"


@dataclass(slots=True)
class History:
    """Records in, changes out. `begin`: from which version on all kinds were watched."""

    clock: Clock = field(default_factory=Clock)
    gaps: list[Gap] = field(default_factory=list)
    begin: int = 0
    _seen: dict[str, int] = field(default_factory=dict)
    _listed: set[str] = field(default_factory=set)
    _living: dict[str, dict[str, Change]] = field(default_factory=dict)

    @property
    def unlisted(self) -> list[str]:
        """Kinds of which there is no complete list: their objects may exist without having been seen."""
        return [kind for kind in KINDS if kind not in self._listed]

    def add(self, record: Json) -> list[Change]:
        """The changes that a record brings."""
        kind = record["kind"]
        if record["event"] == "LIST":
            return self._list(kind, int(record["version"]), record["items"], record["t"])
        change = _change(kind, record["object"], gone=record["event"] == "DELETED")
        self.clock.saw(change.version, record["t"])
        self._note(change)
        return [change]

    def _list(self, kind: str, version: int, items: list[Json], time: float) -> list[Change]:
        self.clock.saw(version, time)
        self._listed.add(kind)
        if kind not in self._seen:
            self.begin = max(self.begin, version)
        elif self._seen[kind]:
            self.gaps.append(Gap(kind, self._seen[kind], version))
        living = dict(self._living.get(kind, {}))
        listed = {change.uid: change for change in (_change(kind, item) for item in items)}
        new = [c for uid, c in listed.items() if uid not in living or c.version > living[uid].version]
        gone = [Change(version, kind, uid, living[uid].name, None) for uid in living.keys() - listed.keys()]
        for change in (*new, *gone):
            self._note(change)
        self._seen[kind] = version
        return [*new, *gone]

    def _note(self, change: Change) -> None:
        living = self._living.setdefault(change.kind, {})
        if change.object is None:
            living.pop(change.uid, None)
        else:
            living[change.uid] = change
        self._seen[change.kind] = max(self._seen.get(change.kind, 0), change.version)


def _change(kind: str, obj: Json, gone: bool = False) -> Change:
    metadata = obj["metadata"]
    uid, version = metadata["uid"], int(metadata["resourceVersion"])
    return Change(version, kind, uid, metadata["name"], None if gone else obj)
