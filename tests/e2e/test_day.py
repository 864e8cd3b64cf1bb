"""A day in fast motion: demand moves around the regions, replicas follow, and so do the weights of routes."""

from __future__ import annotations

import time
from bisect import bisect
from collections.abc import Mapping, Sequence

from hack.api import Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import gateways, objects, steered
from tests.e2e.demand import CENTRAL, Demand, make_sites, pool, regions_of, served, serving_at
from tests.e2e.situations import until
from tests.e2e.watcher import Moment, Watcher
from tests.tables import Show

REGIONS = ("asia", "europe", "america")
COUNTRIES = {"asia": "JP", "europe": "FR", "america": "US", CENTRAL: "IS"}
POOLS = ("chat", "code", "search", "draft")
RESIDENT = {"search": ("europe",)}
"""By pool, regions whose requests must not leave their country."""

DAY = (1, 2, 4, 3, 1, 1, 1, 1)
"""Replicas' worth of demand of one pool in one region, hour by hour; pools and regions are shifted."""

STEP_S = 4.0
DELAY_S = 20.0
"""What a change may take on a busy machine: it is decided, places are given, servers start in up to 4 s."""

LOOP_S = 5.0
"""What weights may take to follow what is ready."""

TOLD_S = 8.0
"""What statuses may take to say the same as routes; they are written every 5 s at most."""


def at(hour: int) -> dict[str, Demand]:
    """Demand of every pool at an hour."""
    return {
        name: {region: DAY[(hour + 2 * place + number) % len(DAY)] for place, region in enumerate(REGIONS)}
        for number, name in enumerate(POOLS)
    }


def test_day(stage: LocalCluster, operator: OperatorProcess, namespace: str, show: Show) -> None:
    make_sites(stage, REGIONS, nodes=1, central=3, countries=COUNTRIES)
    with gateways.installed(stage):
        for name, demand in at(0).items():
            stage.api.post(f"{_pools(namespace)}", _pool(name, demand))
        with Watcher(stage.api, namespace, at(0), RESIDENT, routed=True) as watcher:
            _wait_served(watcher, "the first hour")
            started, hours = watcher.started, list[float]()
            for hour in range(1, len(DAY) + 1):
                hours.append(time.monotonic())
                _ask(stage, namespace, watcher, at(hour))
                _wait_served(watcher, f"hour {hour}")
                time.sleep(STEP_S)
            until(lambda: _told(stage, namespace) == dict.fromkeys(POOLS, "Served"), "the statuses", 20)
            moves = watcher.started - started
    day = watcher.since(hours[0])
    show(f"{len(DAY)} hours, {moves} replicas started; {_shortages(watcher, hours[0])}\n{_weights(day)}")
    assert watcher.longest_shortage(hours[0]) <= DELAY_S
    assert _dropped(watcher, hours) == 0
    _sent_where_they_are_served(day)


def _sent_where_they_are_served(day: Sequence[Moment]) -> None:
    assert day[-1].weights.keys() == {(name, region) for name in POOLS for region in REGIONS}
    assert steered.outside(day) == []
    assert steered.into_the_void(day) <= LOOP_S
    assert steered.crowded(day) <= LOOP_S
    assert steered.apart(day) <= TOLD_S
    assert steered.changes(day) >= len(DAY)


def _weights(day: Sequence[Moment]) -> str:
    return (
        f"{steered.changes(day)} changes of weights; at most {steered.into_the_void(day):.1f} s to a site"
        f" without a ready replica, {steered.crowded(day):.1f} s of more to a site than its ready replicas do"
        f" while others had room; statuses said the same after {steered.apart(day):.1f} s"
    )


def _pool(name: str, demand: Demand) -> Object:
    made = pool(name, demand)
    made["spec"] |= {"serving": serving_at(REGIONS), "demand": _demand(name, demand)}
    return made


def _demand(name: str, demand: Demand) -> Object:
    regions = regions_of(demand)
    for one in regions:
        if one["region"] in RESIDENT.get(name, ()):
            one["servedFrom"] = [COUNTRIES[one["region"]]]
    return {"utilization": 1, "modelProfile": "toy", "regions": regions}


def _ask(cluster: LocalCluster, namespace: str, watcher: Watcher, demand: Mapping[str, Demand]) -> None:
    watcher.demand = dict(demand)
    for name, regions in demand.items():
        cluster.api.patch(f"{_pools(namespace)}/{name}", {"spec": {"demand": _demand(name, regions)}})


def _wait_served(watcher: Watcher, what: str) -> None:
    since = time.monotonic()
    until(lambda: watcher.moments and watcher.last.at > since and not watcher.last.missing(), what, 40)


def _dropped(watcher: Watcher, hours: Sequence[float]) -> int:
    """Replicas' worth of demand that was asked before a change and after it, and was not served at some
    moment, at most: whatever moves, what lasts is served all the time. `hours`: when each began."""
    worst = 0
    for moment in (one for one in watcher.moments if one.at >= hours[0]):
        hour = bisect(hours, moment.at)
        for name, demand in at(hour).items():
            lasting = {region: min(count, at(hour - 1)[name][region]) for region, count in demand.items()}
            now = served(moment.ready.get(name, {}), lasting, RESIDENT.get(name, ()))
            worst = max(worst, sum(lasting.values()) - now)
    return worst


def _shortages(watcher: Watcher, since: float) -> str:
    short = sum(bool(one.missing()) for one in watcher.moments if one.at >= since)
    longest = watcher.longest_shortage(since)
    return f"short for at most {longest:.1f} s at a stretch, {short / 4:.0f} s in all, while servers start"


def _told(cluster: LocalCluster, namespace: str) -> dict[str, str]:
    """By pool, why its demand is met or is not."""
    return {
        one["metadata"]["name"]: condition["reason"]
        for one in cluster.api.items(_pools(namespace))
        for condition in one["status"]["conditions"]
        if condition["type"] == "DemandMet"
    }


def _pools(namespace: str) -> str:
    return f"{objects.GROUP_PATH}/namespaces/{namespace}/gpuinferencepools"
