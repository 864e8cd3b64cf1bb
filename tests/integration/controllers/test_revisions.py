"""Accepted generations on record: what is there after a change, and after somebody's meddling."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ampacity.cluster.access import find_access
from ampacity.cluster.client import Client
from ampacity.controllers.revisions import RevisionStore
from ampacity.translate.accepted import PROFILE, Revision
from hack.cluster import LocalCluster

SPEC = {"gpus": 8, "node": {"idle": "2kW"}}


def run(cluster: LocalCluster, namespace: str, work: Callable[[RevisionStore, str], Awaitable[None]]) -> None:
    """`work` on a store in `namespace`, and on the path of its records."""

    async def main() -> None:
        async with Client(find_access(cluster.kubeconfig)) as client:
            await work(RevisionStore(client, namespace, lambda: True), _path(namespace))

    asyncio.run(main())


def _path(namespace: str) -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/controllerrevisions"


def revision(generation: int = 1) -> Revision:
    return Revision(PROFILE, "round-8", "11111111-2222-3333-4444-555555555555", generation, SPEC)


def test_what_is_saved_is_loaded_and_what_is_replaced_goes(cluster: LocalCluster, namespace: str) -> None:
    async def work(store: RevisionStore, path: str) -> None:
        await store.save([revision(1)])
        await store.save([revision(2)])
        assert await store.load() == (revision(2),)
        await store.save([])
        assert await store.load() == () and cluster.api.names(path) == []

    run(cluster, namespace, work)


def test_a_record_that_cannot_be_read_is_made_anew(cluster: LocalCluster, namespace: str) -> None:
    async def work(store: RevisionStore, path: str) -> None:
        await store.save([revision()])
        (record,) = cluster.api.items(path)
        cluster.api.delete(f"{path}/{record['metadata']['name']}")
        kept = {key: record["metadata"][key] for key in ("name", "labels")}
        cluster.api.post(path, {**record, "metadata": kept, "data": {"spec": "nonsense"}})
        assert await store.load() == ()
        await store.save([revision()])
        assert await store.load() == (revision(),)

    run(cluster, namespace, work)
