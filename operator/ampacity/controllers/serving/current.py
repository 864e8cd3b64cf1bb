"""Objects that pools are reached by, as they are, and whether they are as they should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ampacity import names
from ampacity.translate.serving.objects import DIGEST, Served

_NEEDED = ("Accepted", "ResolvedRefs")
"""Conditions of a route without which its gateway sends nobody anywhere."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gateway says against a route: the kind of the condition, its reason and its message. `namespace`
    and `section` are "" where it names none."""

    gateway: str
    namespace: str
    section: str
    kind: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Existing:
    """An object. `owner`: uid of its controller, "" if it has none; `against`: of a route, by gateways."""

    uid: str
    resource_version: str
    namespace: str
    name: str
    owner: str
    labels: Mapping[str, str]
    digest: str
    spec: Mapping[str, Any]
    against: tuple[Verdict, ...] = ()

    def is_as(self, wanted: Served) -> bool:
        """Whether it was made of this very object and nobody has changed what is ours of it."""
        metadata = wanted.body["metadata"]
        same = self.digest == metadata["annotations"][DIGEST]
        return same and has(self.spec, wanted.body["spec"]) and has(self.labels, metadata["labels"])


def read_existing(obj: Mapping[str, Any]) -> Existing | None:
    """An object with the label of a pool."""
    labels = obj["metadata"].get("labels") or {}
    return read_any(obj) if names.POOL in labels else None


def read_any(obj: Mapping[str, Any]) -> Existing:
    """An object of any of the kinds."""
    metadata = obj["metadata"]
    labels = metadata.get("labels") or {}
    owners = [one["uid"] for one in metadata.get("ownerReferences") or () if one.get("controller")]
    digest = (metadata.get("annotations") or {}).get(DIGEST, "")
    return Existing(
        metadata["uid"], metadata["resourceVersion"], metadata["namespace"], metadata["name"],
        owners[0] if owners else "", labels, digest, obj.get("spec") or {}, tuple(_against(obj)),
    )  # fmt: skip


def _against(obj: Mapping[str, Any]) -> Iterator[Verdict]:
    for parent in (obj.get("status") or {}).get("parents") or ():
        ref = parent.get("parentRef") or {}
        named = ref.get("name", ""), ref.get("namespace", ""), ref.get("sectionName", "")
        for one in parent.get("conditions") or ():
            if one["type"] in _NEEDED and one["status"] == "False":
                yield Verdict(*named, one["type"], one.get("reason", ""), one.get("message", ""))


def sends_to(spec: Mapping[str, Any]) -> frozenset[str]:
    """Names of the backends that a route with this spec sends anybody to."""
    refs = (ref for rule in spec.get("rules") or () for ref in rule.get("backendRefs") or ())
    return frozenset(ref["name"] for ref in refs if ref.get("weight", 1) > 0)


def has(found: Any, wanted: Any) -> bool:
    """Whether all that is wanted is there; the API server adds defaults to objects, never to lists."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(has(found.get(key), one) for key, one in wanted.items())
    if isinstance(wanted, list):
        same = isinstance(found, list) and len(found) == len(wanted)
        return same and all(map(has, found, wanted))
    return bool(found == wanted)
