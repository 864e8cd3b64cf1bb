"""Envelopes that change under load: what runs stays, what waits is judged by what is in force."""

from __future__ import annotations

from hack import settled
from hack.api import Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.e2e.situations import (
    ENVELOPES,
    create_pool,
    edit,
    edit_pool,
    pods_at,
    pool_pods,
    pool_told,
    refused,
    running,
    told,
    until,
)

BUSY = 6
IDLE_KW = objects.IDLE_KW


def _feeds(capacity_kw: int, *failed: str, feeds: str = "ab") -> list[Object]:
    return [
        {
            "name": f"feed-{f}",
            "type": "Feed",
            "capacity": f"{capacity_kw}kW",
            "failureDomain": True,
            **({"state": "Failed"} if f in failed else {}),
        }
        for f in feeds
    ]


def _start(cluster: LocalCluster, namespace: str) -> None:
    """Six pods at work at a site of two feeds and at one of three; and a pool of two replicas."""
    limits = objects.two_feeds("limits", f"{IDLE_KW + BUSY}kW", {"names": "r1"})
    pooled = objects.two_feeds("pooled", f"{IDLE_KW + 2}kW", {"names": "r1"})
    threefold = objects.two_feeds("feeds", "1kW", {"names": "r1"})
    threefold["spec"] |= {"each": {}, "domains": _feeds(IDLE_KW + 5, feeds="abc")}
    threefold["spec"]["racks"][0]["power"] = ["feed-a", "feed-b", "feed-c"]
    objects.create(cluster.api, objects.round_profile(), limits, pooled, threefold)
    cluster.add_nodes(*(objects.node_line(1, "r1", site) for site in ("limits", "pooled", "feeds")))
    create_pool(cluster, namespace, "pooled", 2)
    pods = [pod for site in ("limits", "feeds") for pod in pods_at(site, BUSY)]
    objects.create_pods(cluster.api, namespace, pods)
    settled.wait(cluster.api, 60, pods=len(pods) + 2)


def test_lifecycle_of_envelopes_under_load(
    stage: LocalCluster, operator: OperatorProcess, namespace: str
) -> None:
    _start(stage, namespace)
    _lower_fail_and_delete(stage, namespace)
    _mend(stage, namespace)
    _bad_edit_and_restart(stage, operator, namespace)


def _lower_fail_and_delete(cluster: LocalCluster, namespace: str) -> None:
    """All at once: limits below their load, a feed failed and then a second one, an envelope gone."""
    edit(cluster, "limits", each=None, domains=_feeds(IDLE_KW + 4))
    edit(cluster, "feeds", domains=_feeds(IDLE_KW + 5, "a", feeds="abc"))
    cluster.api.delete(f"{ENVELOPES}/pooled")
    edit_pool(cluster, namespace, "pooled", replicas=3)
    until(lambda: "feed-a is declared Failed" in told(cluster, "feeds", "RedundancyLost"), "the failed feed")
    assert not told(cluster, "feeds", "Overloaded")
    edit(cluster, "feeds", domains=_feeds(IDLE_KW + 5, "a", "b", feeds="abc"))
    until(lambda: "feed-c is over by 1 kW" in told(cluster, "feeds", "Overloaded"), "the second failure")
    until(lambda: "is over by 2 kW" in told(cluster, "limits", "Overloaded"), "the limit to be told")
    objects.create_pods(cluster.api, namespace, [*pods_at("limits", 2, BUSY), *pods_at("feeds", 1, BUSY)])
    until(lambda: pool_told(cluster, namespace, "pooled", "Waiting")[0] == "NoEnvelope", "the pool's reason")
    settled.wait(cluster.api, 30)
    for site in ("limits", "feeds"):
        assert running(cluster, namespace, site) == {f"{site}-{i}" for i in range(BUSY)}
    assert {reason for reason, _ in refused(cluster, namespace, "limits")} == {"InsufficientRedundancy"}
    assert {reason for reason, _ in refused(cluster, namespace, "feeds")} == {"InsufficientPower"}
    assert sum(pod.running for pod in pool_pods(cluster, namespace, "pooled")) == 2
    assert "no SitePowerEnvelope pooled" in pool_told(cluster, namespace, "pooled", "SiteUnknown")[1]


def _mend(cluster: LocalCluster, namespace: str) -> None:
    """Raised, repaired and applied again: all that wait start at once."""
    edit(cluster, "limits", domains=_feeds(IDLE_KW + 7))
    edit(cluster, "feeds", domains=_feeds(IDLE_KW + 5, "a", feeds="abc"))
    pooled = objects.two_feeds("pooled", f"{IDLE_KW + 3}kW", {"names": "r1"})
    pooled["metadata"]["labels"] = {"site": "pooled"}
    objects.create(cluster.api, pooled)
    until(lambda: len(running(cluster, namespace, "limits")) == 7, "one more in the raised limit")
    until(lambda: len(running(cluster, namespace, "feeds")) == 7, "one more behind the repaired feed")
    until(lambda: pool_told(cluster, namespace, "pooled", "Ready")[0] == "AllReady", "the whole pool")
    assert not told(cluster, "limits", "Overloaded")


def _bad_edit_and_restart(cluster: LocalCluster, operator: OperatorProcess, namespace: str) -> None:
    """The last good generation stays in force: a pod that leaves makes room for the one that waits."""
    before = running(cluster, namespace, "limits")
    operator.stop()
    edit(cluster, "limits", racks=[{"names": "r1", "power": ["feed-x"]}])
    cluster.kubectl("delete", "pod", min(before), "-n", namespace)
    operator.start()
    operator.wait_ready()
    until(lambda: "feed-x" in told(cluster, "limits", "Stalled"), "the refusal of the bad edit")
    ready = objects.conditions(cluster.api, "sitepowerenvelopes", "limits")["Ready"]
    assert (ready["status"], ready["reason"]) == ("True", "LastGoodInForce")
    left = before - {min(before)}
    until(lambda: len(running(cluster, namespace, "limits")) == 7, "the one that waited to run")
    assert running(cluster, namespace, "limits") > left
