"""Which generation of an envelope, profile or model is in force: the newest one that has no fault.

A bad edit must not take a site out of service, nor may a bad edit and a
restart together. So the spec of each accepted generation is kept (see
`revisions`), and taken up again where the newest one is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ampacity.controllers.stores import Object
from ampacity.core.site import Problem
from ampacity.translate.accepted import Revision

T = TypeVar("T")

Parse = Callable[[Object], tuple[T | None, tuple[Problem, ...]]]
"""Makes a value of an object, or says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Verdict(Generic[T]):
    """An object's newest generation, and the one in force: `value`, of generation `accepted`."""

    obj: Object
    accepted: int | None
    value: T | None
    problems: tuple[Problem, ...]

    @property
    def generation(self) -> int:
        return int(self.obj["metadata"]["generation"])


@dataclass(frozen=True, slots=True)
class _Judged(Generic[T]):
    """A verdict and what it was found from, so that nothing is parsed twice."""

    key: tuple[object, ...]
    verdict: Verdict[T]


class Acceptance(Generic[T]):
    """Judges all objects of one kind. Its memory is `kept`: the last good revision by uid."""

    def __init__(self, kind: str, parse: Parse[T]) -> None:
        self._kind, self._parse = kind, parse
        self._kept: dict[str, Revision] = {}
        self._judged: dict[str, _Judged[T]] = {}

    def recall(self, revisions: Iterable[Revision]) -> None:
        """Take up what an earlier process kept, unless something newer is known."""
        for revision in revisions:
            known = self._kept.get(revision.uid)
            if revision.kind == self._kind and (known is None or known.generation < revision.generation):
                self._kept[revision.uid] = revision
                self._judged.pop(revision.uid, None)

    def judge(self, objects: Iterable[Object]) -> tuple[Verdict[T], ...]:
        """A verdict on each object, in order."""
        verdicts = tuple(self._judge(obj) for obj in objects)
        present = {verdict.obj["metadata"]["uid"] for verdict in verdicts}
        self._kept = {uid: kept for uid, kept in self._kept.items() if uid in present}
        self._judged = {uid: judged for uid, judged in self._judged.items() if uid in present}
        return verdicts

    @property
    def kept(self) -> tuple[Revision, ...]:
        """The last good revision of each object: what has to be on record."""
        return tuple(self._kept.values())

    def _judge(self, obj: Object) -> Verdict[T]:
        metadata = obj["metadata"]
        uid, labels = metadata["uid"], metadata.get("labels") or {}
        key = (metadata["generation"], tuple(sorted(labels.items())))
        known = self._judged.get(uid)
        if known is not None and known.key == key:
            verdict = Verdict(obj, known.verdict.accepted, known.verdict.value, known.verdict.problems)
        else:
            verdict = self._fresh(obj)
            self._judged[uid] = _Judged(key, verdict)
        return verdict

    def _fresh(self, obj: Object) -> Verdict[T]:
        metadata = obj["metadata"]
        value, problems = self._parse(obj)
        if value is not None:
            self._keep(obj)
            return Verdict(obj, metadata["generation"], value, ())
        kept = self._kept.get(metadata["uid"])
        if kept is not None:
            value, _ = self._parse(kept.of(obj))
        return Verdict(obj, kept.generation if kept and value is not None else None, value, problems)

    def _keep(self, obj: Object) -> None:
        metadata = obj["metadata"]
        known = self._kept.get(metadata["uid"])
        if known is None or known.generation < metadata["generation"]:
            self._kept[metadata["uid"]] = Revision(
                self._kind, metadata["name"], metadata["uid"], metadata["generation"], obj["spec"]
            )
