"""Objects that pools are reached by, as they are, and whether they are as they should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ampacity import names
from ampacity.translate.serving.objects import DIGEST, Served


@dataclass(frozen=True, slots=True)
class Existing:
    """An object with the label of a pool. `owner`: uid of its controller, "" if it has none."""

    uid: str
    resource_version: str
    namespace: str
    name: str
    owner: str
    labels: Mapping[str, str]
    digest: str
    spec: Mapping[str, Any]

    def is_as(self, wanted: Served) -> bool:
        """Whether it was made of this very object and nobody has changed what is ours of it."""
        metadata = wanted.body["metadata"]
        same = self.digest == metadata["annotations"][DIGEST]
        return same and has(self.spec, wanted.body["spec"]) and has(self.labels, metadata["labels"])


def read_existing(obj: Mapping[str, Any]) -> Existing | None:
    """An object of any of the kinds."""
    metadata = obj["metadata"]
    labels = metadata.get("labels") or {}
    if names.POOL not in labels:
        return None
    owners = [one["uid"] for one in metadata.get("ownerReferences") or () if one.get("controller")]
    digest = (metadata.get("annotations") or {}).get(DIGEST, "")
    return Existing(
        metadata["uid"], metadata["resourceVersion"], metadata["namespace"], metadata["name"],
        owners[0] if owners else "", labels, digest, obj.get("spec") or {},
    )  # fmt: skip


def has(found: Any, wanted: Any) -> bool:
    """Whether all that is wanted is there; the API server adds defaults to objects, never to lists."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(has(found.get(key), one) for key, one in wanted.items())
    if isinstance(wanted, list):
        same = isinstance(found, list) and len(found) == len(wanted)
        return same and all(map(has, found, wanted))
    return bool(found == wanted)
