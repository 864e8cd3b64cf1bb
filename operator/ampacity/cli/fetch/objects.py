"""Everything in a cluster that a picture of it needs, as raw JSON: complete lists, read at quorum."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ampacity import names
from ampacity.cli.fetch.pages import every, if_known
from ampacity.cluster.access import find_access
from ampacity.cluster.client import Client
from ampacity.cluster.errors import ApiError

Json = dict[str, Any]

_OURS = f"/apis/{names.GROUP}/{names.VERSION}"
_NOT_FOUND = 404
_REMEDY = "this cluster does not know Ampacity's resources; install the chart, or choose another context"
_TIMEOUT = 30.0

Lists = Mapping[str, tuple[str, Mapping[str, str]]]
"""Paths and selectors, by name."""

_LISTS: Lists = {
    # The ledger first: what it announces is then resolved by the pods, which are listed after it.
    "holds": ("/api/v1/configmaps", {"fieldSelector": f"metadata.name={names.HOLDS}"}),
    "revisions": ("/apis/apps/v1/controllerrevisions", {"labelSelector": names.ACCEPTED}),
    "envelopes": (f"{_OURS}/sitepowerenvelopes", {}),
    "profiles": (f"{_OURS}/acceleratorprofiles", {}),
    "models": (f"{_OURS}/modelprofiles", {}),
    "pools": (f"{_OURS}/gpuinferencepools", {}),
    "deployments": ("/apis/apps/v1/deployments", {"labelSelector": names.POOL}),
    "namespaces": ("/api/v1/namespaces", {}),
    "nodes": ("/api/v1/nodes", {}),
    "pods": ("/api/v1/pods", {}),
}

_NEWER = ("models",)
"""Kinds that a cluster with an earlier version does not know."""


class NotInstalled(Exception):
    """The cluster does not know Ampacity's resources; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Objects:
    """Raw lists. `namespace`: the one that commands mean where none is named."""

    holds: list[Json]
    revisions: list[Json]
    envelopes: list[Json]
    profiles: list[Json]
    models: list[Json]
    pools: list[Json]
    deployments: list[Json]
    namespaces: list[Json]
    nodes: list[Json]
    pods: list[Json]
    namespace: str = "default"


def fetch_profiles(kubeconfig: Path | None = None, context: str | None = None) -> dict[str, list[Json]]:
    """Accelerator and model profiles, and what of them was accepted. Raises as `fetch_objects` does."""
    wanted = {name: _LISTS[name] for name in ("revisions", "profiles", "models")}
    return asyncio.run(_fetch(wanted, kubeconfig, context))[0]


def fetch_objects(kubeconfig: Path | None = None, context: str | None = None) -> Objects:
    """All lists of the cluster. Raises AccessError, ApiError, NotInstalled."""
    lists, namespace = asyncio.run(_fetch(_LISTS, kubeconfig, context))
    return Objects(**lists, namespace=namespace)


async def _fetch(
    wanted: Lists, kubeconfig: Path | None, context: str | None
) -> tuple[dict[str, list[Json]], str]:
    """These lists by name, and the namespace that commands mean."""
    access = find_access(kubeconfig, context)
    async with Client(access, timeout=_TIMEOUT) as client:
        lists = {name: await _list(client, name, path, params) for name, (path, params) in wanted.items()}
    return lists, access.namespace


async def _list(client: Client, name: str, path: str, selectors: Mapping[str, str]) -> list[Json]:
    if name in _NEWER:
        return await if_known(client, path, selectors)
    try:
        return await every(client, path, selectors)
    except ApiError as error:
        if error.status == _NOT_FOUND:
            raise NotInstalled(_REMEDY) from error
        raise
