"""Holding the operator's Lease while everything is handed back, so that no operator can start meanwhile.

Whether an operator still leads is seen, not guessed from times that another
machine wrote: its Lease changes every other second. A Lease that nobody renews
is taken when it runs out, as a standby would take it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from ampacity import names
from ampacity.cluster.client import Client, Guard
from ampacity.cluster.lease import Leader

Json = dict[str, Any]

IDENTITY = "ampacity-uninstall"
_LOOK = 0.3


class StillLed(Exception):
    """An operator leads; the text says which, and what to do."""


def holder(lease: Json) -> str:
    """Who holds a Lease, "" for nobody."""
    return str((lease.get("spec") or {}).get("holderIdentity") or "")


def still_led(lease: Json) -> str:
    """That an operator leads, in words, with the remedy."""
    namespace = lease["metadata"]["namespace"]
    return (
        f"an operator leads ({holder(lease)}; Lease {names.LEASE} in namespace {namespace}): "
        f"remove it first, with: helm uninstall RELEASE --namespace {namespace}"
    )


@asynccontextmanager
async def claimed(client: Client, leases: Iterable[Json]) -> AsyncIterator[Guard]:
    """Hold these Leases; yields whether they are still held. StillLed if somebody renews one of them."""
    async with AsyncExitStack() as stack:
        leaders = [await stack.enter_async_context(_claimed(client, lease)) for lease in leases]
        yield lambda: all(leader.may_write() for leader in leaders)


@asynccontextmanager
async def _claimed(client: Client, lease: Json) -> AsyncIterator[Leader]:
    leader = Leader(client, lease["metadata"]["namespace"], IDENTITY)
    campaign = asyncio.create_task(leader.run())
    try:
        await _won(client, leader, lease)
        yield leader
    finally:
        campaign.cancel()
        with suppress(asyncio.CancelledError):
            await campaign


async def _won(client: Client, leader: Leader, lease: Json) -> None:
    metadata = lease["metadata"]
    path = f"/apis/coordination.k8s.io/v1/namespaces/{metadata['namespace']}/leases/{metadata['name']}"
    while not leader.leading:
        now = await client.get(path)
        changed = now["metadata"]["resourceVersion"] != metadata["resourceVersion"]
        if changed and holder(now) not in ("", leader.holder):
            raise StillLed(still_led(now))
        await asyncio.sleep(_LOOK)
