"""What every object that is made for a pool carries: whose it is, and who made it."""

from __future__ import annotations

from typing import Any

from ampacity import names
from ampacity.apis import GPUInferencePool

MADE_BY_US = {names.MANAGED_BY: names.FIELD_MANAGER}
"""Labels."""


def owner(pool: GPUInferencePool) -> dict[str, Any]:
    """The owner reference: the object goes when its pool goes, and blocks nothing."""
    return {
        "apiVersion": pool.api_version,
        "kind": pool.kind,
        "name": pool.metadata.name,
        "uid": pool.metadata.uid,
        "controller": True,
        "blockOwnerDeletion": False,
    }
