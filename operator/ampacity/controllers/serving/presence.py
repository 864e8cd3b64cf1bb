"""Which of the kinds the API server serves now. CRDs are installed, and removed again, while we run."""

from __future__ import annotations

from typing import Any

from ampacity.cluster.client import Client
from ampacity.controllers.serving.kinds import WATCHED, Kind


async def served_kinds(client: Client) -> frozenset[str]:
    """Names of the kinds that are served. Raises ApiError; then nobody knows.

    A group is asked for its kinds only where the list of groups has it, so that nothing is asked for that
    is not there.
    """
    groups = (await client.get("/apis"))["groups"]
    versions = {version["groupVersion"] for group in groups for version in group["versions"]}
    return frozenset(
        [name for name, kind in WATCHED.items() if not kind.group or await _is_served(client, kind, versions)]
    )


async def _is_served(client: Client, kind: Kind, versions: set[str]) -> bool:
    if f"{kind.group}/{kind.version}" not in versions:
        return False
    found: dict[str, Any] = await client.get(kind.root)
    return any(resource["name"] == kind.plural for resource in found["resources"])
