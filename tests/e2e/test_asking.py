"""What a pool cannot mean is told at its field, and the last good distribution stays; what is decided, and
why, the commands tell.

No pod is ever touched by a bad edit: their uids are the same before and after.
"""

from __future__ import annotations

import pytest

from ampacity.cli.main import main
from hack.api import ApiError, Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e.demand import BOUND_MS, CENTRAL, Demand, make_sites, pool, regions_of
from tests.e2e.situations import edit_pool, pool_pods, pool_told, until
from tests.integration.controllers.steps import POOLS

REGIONS = ("north", "south")
DEMAND: Demand = {"north": 3, "south": 2}
GOOD: dict[str, Object] = {
    "demand": {"utilization": 1, "modelProfile": "toy", "regions": regions_of(DEMAND)},
    "latency": {"roundTripMilliseconds": BOUND_MS, "timeToFirstTokenMilliseconds": None},
    "placement": {"tiers": ["Edge", "Central"], "residency": None, "spread": None},
}
BAD: list[tuple[Object, str]] = [
    ({"demand": {"regions": regions_of({"nort": 3})}}, "spec.demand.regions[0].region: "),
    ({"demand": {"modelProfile": None}}, "spec.demand.modelProfile: "),
    ({"demand": {"modelProfile": "toys"}}, "spec.demand.modelProfile: "),
    ({"placement": {"residency": ["JP"]}}, "spec.placement.residency: it excludes every site"),
    ({"placement": {"spread": {"sites": 4}}}, "spec.placement.spread.sites: 4 sites are asked for, 3 are"),
    ({"placement": {"spread": {"maxSharePercent": 30}}}, "spec.placement.spread.maxSharePercent: "),
    ({"latency": {"roundTripMilliseconds": 3}}, "spec.latency.roundTripMilliseconds: "),
    ({"latency": {"timeToFirstTokenMilliseconds": 150}}, "spec.latency.timeToFirstTokenMilliseconds: "),
]


def test_badinput(
    stage: LocalCluster, operator: OperatorProcess, namespace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make_sites(stage, REGIONS, nodes=1, central=1)
    stage.api.post(POOLS.format(namespace), pool("chat", DEMAND))
    _serves(stage, namespace)
    _commands_tell_why(stage, namespace, capsys)
    before = {pod.uid for pod in pool_pods(stage, namespace, "chat")}
    for spec, said in BAD:
        _told(stage, namespace, spec, said)
        assert {pod.uid for pod in pool_pods(stage, namespace, "chat")} == before
    _never_stored(stage, namespace)
    edit_pool(stage, namespace, "chat", **GOOD)
    _serves(stage, namespace)
    assert {pod.uid for pod in pool_pods(stage, namespace, "chat")} == before


def _serves(stage: LocalCluster, namespace: str) -> None:
    def served() -> bool:
        told = pool_told(stage, namespace, "chat", "Ready")[0]
        return told == "AllReady" and len(pool_pods(stage, namespace, "chat")) == sum(DEMAND.values())

    until(served, "a pool whose demand is served")


def _told(stage: LocalCluster, namespace: str, spec: Object, said: str) -> None:
    """The good pool with this edit, in place of the one before, is told at the field."""
    edit_pool(stage, namespace, "chat", **{key: part | spec.get(key, {}) for key, part in GOOD.items()})
    until(lambda: said in pool_told(stage, namespace, "chat", "Stalled")[1], said)
    assert pool_told(stage, namespace, "chat", "Stalled")[0] == "InvalidSpec"


def _never_stored(stage: LocalCluster, namespace: str) -> None:
    """What the API server can see for itself it does not take."""
    for spec, said in (
        ({"replicas": 3}, "replicas are either stated or follow from demand"),
        ({"demand": None, "replicas": 3}, "latency is between sites and the regions of demand"),
    ):
        with pytest.raises(ApiError, match=said):
            edit_pool(stage, namespace, "chat", **spec)


def _commands_tell_why(
    stage: LocalCluster, namespace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`ampacity explain` of a cluster has one sentence for each site."""
    assert main(["explain", "pool/chat", "-n", namespace, "--kubeconfig", str(stage.kubeconfig)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "north: 3 replicas for all of north; more are not needed." in told
    assert "south: 2 replicas for all of south; more are not needed." in told
    assert f"{CENTRAL}: 0 replicas; it is not needed." in told
