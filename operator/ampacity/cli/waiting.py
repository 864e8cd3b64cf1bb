"""What waits in a cluster, as the operator has put it on pods and pools: values only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ampacity.cli.fetch.live import Live
from ampacity.cli.report import Owner, owner_of

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """`count` places that `owner` waits for, and the sentence that stands on its pod or pool."""

    owner: Owner
    count: int
    reason: str
    message: str


def said(live: Live) -> list[Said]:
    """Replicas of pools that have no place yet, then waiting pods of anybody else; most first."""
    groups: dict[tuple[Owner, str, str], int] = {}
    for owner, count, reason, message in (*_of_pools(live.objects.pools), *_of_pods(live)):
        groups[owner, reason, message] = groups.get((owner, reason, message), 0) + count
    found = [Said(owner, count, reason, message) for (owner, reason, message), count in groups.items()]
    return sorted(found, key=lambda s: (-s.count, s.owner.name, s.message))


def _of_pools(pools: Iterable[Json]) -> Iterator[tuple[Owner, int, str, str]]:
    for pool in pools:
        status = pool.get("status") or {}
        if not status.get("waiting"):
            continue
        owner = Owner("Pool", f"{pool['metadata']['namespace']}/{pool['metadata']['name']}")
        conditions = {condition["type"]: condition for condition in status.get("conditions") or ()}
        condition: Json = conditions.get("Waiting", {})
        yield owner, status["waiting"], condition.get("reason") or "", condition.get("message") or ""


def _of_pods(live: Live) -> Iterator[tuple[Owner, int, str, str]]:
    for pod in live.world.pods:
        if pod.waiting and not pod.pool and not pod.terminating:
            _, reason, message = pod.powered or ("", "", "not looked at yet")
            yield owner_of(pod), 1, reason, message
