"""What in a pod template waits for Ampacity, and the template without it. Pure.

A template waits for us by our scheduling gate or by naming us as its scheduler.
Other people's gates stay. Templates of pools lose our annotations too; their
labels stay, because selectors cannot be changed.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ampacity import names

Json = dict[str, Any]

_PREFIX = f"{names.GROUP}/"
_HASH = "pod-template-hash"


def waits(template: Mapping[str, Any]) -> bool:
    """Whether pods made of this template would wait for Ampacity."""
    spec = template.get("spec") or {}
    return spec.get("schedulerName") == names.SCHEDULER or names.GATE in gates(spec)


def gates(spec: Mapping[str, Any]) -> list[str]:
    """Names of the scheduling gates of a pod or template."""
    return [gate.get("name", "") for gate in spec.get("schedulingGates") or ()]


def freed(template: Mapping[str, Any], *, ours: bool = False) -> Json:
    """The template without what waits for us. `ours`: it is a pool's, so our annotations go too."""
    bare = copy.deepcopy(dict(template))
    spec = bare.get("spec") or {}
    others = [gate for gate in spec.get("schedulingGates") or () if gate.get("name") != names.GATE]
    spec.pop("schedulingGates", None)
    if others:
        spec["schedulingGates"] = others
    if spec.get("schedulerName") == names.SCHEDULER:
        # What the API server writes where no scheduler is named; left out, it would come back the same.
        spec["schedulerName"] = "default-scheduler"
    if ours:
        without_annotations(bare.setdefault("metadata", {}))
    return bare


def without_annotations(metadata: Json) -> None:
    """Take our annotations off."""
    kept = {k: v for k, v in (metadata.get("annotations") or {}).items() if not k.startswith(_PREFIX)}
    metadata.pop("annotations", None)
    if kept:
        metadata["annotations"] = kept


def same_pods(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two templates make the same pods, as the Deployment controller sees it."""
    return _unhashed(one) == _unhashed(other)


def _unhashed(template: Mapping[str, Any]) -> Json:
    metadata = dict(template.get("metadata") or {})
    labels = {key: value for key, value in (metadata.pop("labels", None) or {}).items() if key != _HASH}
    return {**template, "metadata": {**metadata, "labels": labels}}
