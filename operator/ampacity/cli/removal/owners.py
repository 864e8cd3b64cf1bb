"""Owner references that lead to our kinds: where one is deleted, what it owns goes too. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ampacity import names

Json = dict[str, Any]


def owners(metadata: Mapping[str, Any]) -> list[Json]:
    """All owner references."""
    return metadata.get("ownerReferences") or []


def owned_by_us(metadata: Mapping[str, Any]) -> bool:
    """Whether one of our kinds owns this object, so that it would go with its owner."""
    return any(map(_is_ours, owners(metadata)))


def orphan(metadata: Json) -> None:
    """Take references to our kinds off."""
    kept = [owner for owner in owners(metadata) if not _is_ours(owner)]
    metadata.pop("ownerReferences", None)
    if kept:
        metadata["ownerReferences"] = kept


def controller(metadata: Mapping[str, Any]) -> Json | None:
    """The reference to what controls an object."""
    return next((owner for owner in owners(metadata) if owner.get("controller")), None)


def _is_ours(owner: Mapping[str, Any]) -> bool:
    return str(owner["apiVersion"]).startswith(f"{names.GROUP}/")
