"""Services, InferencePools and routes of pools: they stay as they are, and go no more when their pools do."""

from __future__ import annotations

from typing import Any

from ampacity import names
from ampacity.cli.fetch.pages import if_known
from ampacity.cli.removal.editing import edit
from ampacity.cli.removal.owners import orphan, owned_by_us
from ampacity.cluster.client import Client, Guard

Json = dict[str, Any]

_GROUPS = {
    "httproutes": "/apis/gateway.networking.k8s.io/v1",
    "inferencepools": "/apis/inference.networking.k8s.io/v1",
    "services": "/api/v1",
}
"""Routes first: what they name is there as long as they are."""


async def reached_by(client: Client) -> tuple[str, ...]:
    """Paths of all that would be deleted with their pools, of the kinds that the cluster knows."""
    found = []
    for plural, group in _GROUPS.items():
        for obj in await if_known(client, f"{group}/{plural}", {"labelSelector": names.POOL}):
            metadata = obj["metadata"]
            if owned_by_us(metadata):
                where = f"{group}/namespaces/{metadata['namespace']}"
                found.append(f"{where}/{plural}/{metadata['name']}")
    return tuple(found)


async def release(client: Client, path: str, guard: Guard) -> bool:
    """Take one from its pool. Raises ApiError."""
    await edit(client, path, _released, guard)
    return True


def _released(obj: Json) -> Json:
    orphan(obj["metadata"])
    return obj
