"""What telemetry says of the demand of pools: from their specs and statuses, and into what they wish for.

A figure that is missing is never zero: the last one stays, labelled stale. The status of the pool keeps it
for the time after a restart; until there has been one, what the spec states counts alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ampacity.apis.pool_telemetry import RegionTelemetry
from ampacity.core.distribution.model import Pool as Wish

MOST = 1e9
"""Requests/s beyond which a figure cannot be meant, as for figures in specs."""

_KEPT = "kept from before the operator's restart"


class Asked(NamedTuple):
    """Whose demand a query gives: a pool ("namespace/name") and one of its regions."""

    pool: str
    region: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Requests/s as last measured, and when (seconds since the epoch).

    `value`: None if there never was one. `stale`: `why` says why there is no newer one.
    """

    value: float | None
    at: float = 0.0
    stale: bool = False
    why: str = ""


Readings = Mapping[Asked, Reading]


def queries(pools: Iterable[Mapping[str, Any]]) -> dict[Asked, str]:
    """The queries in the specs of GPUInferencePools as the API server gives them."""
    return {
        Asked(_key(pool), region["region"]): region["query"]
        for pool in pools
        for region in ((pool.get("spec") or {}).get("demand") or {}).get("regions") or ()
        if region.get("query")
    }


def recalled(pools: Iterable[Mapping[str, Any]]) -> dict[Asked, Reading]:
    """The last readings, as the statuses of GPUInferencePools have kept them: all stale."""
    return {
        Asked(_key(pool), told["region"]): Reading(
            told.get("requestsPerSecond"), _seconds(told.get("at")), True, told.get("message") or _KEPT
        )
        for pool in pools
        for told in (pool.get("status") or {}).get("telemetry") or ()
    }


def with_readings(wish: Wish | None, readings: Readings) -> Wish | None:
    """The same with demand as measured, and at least as the spec states it."""
    if wish is None:
        return None
    demand = tuple(
        replace(one, requests=max(one.requests, _value(wish, one.region, readings))) for one in wish.demand
    )
    return wish if demand == wish.demand else replace(wish, demand=demand)


def told(readings: Readings) -> dict[str, tuple[RegionTelemetry, ...]]:
    """By pool, what its status keeps of its readings.

    Rounded, and without the time while they are fresh: a status that says nothing new is not written.
    """
    found: dict[str, tuple[RegionTelemetry, ...]] = {}
    for asked, reading in sorted(readings.items()):
        found[asked.pool] = (*found.get(asked.pool, ()), _told(asked.region, reading))
    return found


def _told(region: str, reading: Reading) -> RegionTelemetry:
    return RegionTelemetry(
        region=region,
        requests_per_second=None if reading.value is None else float(f"{reading.value:.3g}"),
        stale=reading.stale,
        at=_moment(reading.at) if reading.stale and reading.at else None,
        message=reading.why or None,
    )


def _value(wish: Wish, region: str, readings: Readings) -> float:
    reading = readings.get(Asked(wish.name, region))
    return 0.0 if reading is None or reading.value is None else reading.value


def _key(pool: Mapping[str, Any]) -> str:
    return f"{pool['metadata'].get('namespace', 'default')}/{pool['metadata']['name']}"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(moment: str | None) -> float:
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0
