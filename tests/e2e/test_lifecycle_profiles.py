"""Profiles that change or go while nodes draw what they say, and an operator that restarts meanwhile."""

from __future__ import annotations

from hack import settled
from hack.api import Api
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.e2e.situations import ENVELOPES, edit, pods_at, refused, running, told, until

PROFILE = f"{objects.GROUP_PATH}/acceleratorprofiles/round-8"
BUSY, MORE = 6, 4
FEED_KW = objects.IDLE_KW + 8


def _feeds(capacity_kw: int) -> list[dict[str, object]]:
    feed = {"type": "Feed", "capacity": f"{capacity_kw}kW", "failureDomain": True}
    return [{"name": f"feed-{f}", **feed} for f in "ab"]


def _maximum(api: Api, kilowatts: int) -> None:
    """As if somebody had measured the servers anew."""
    api.patch(PROFILE, {"spec": {"node": {"maximum": f"{kilowatts}kW"}}})


def _reserved(api: Api) -> str:
    """What the site's first feed carries in its worst moment, as its status says."""
    domains = api.get(f"{ENVELOPES}/heat").get("status", {}).get("domains", [{}])
    return str(domains[0].get("worstReserved", ""))


def test_lifecycle_of_profiles_under_load(
    stage: LocalCluster, operator: OperatorProcess, namespace: str
) -> None:
    objects.create(stage.api, objects.round_profile(), objects.two_feeds("heat", "1kW", {"names": "r1"}))
    edit(stage, "heat", each=None, domains=_feeds(FEED_KW))
    stage.add_nodes(objects.node_line(1, "r1", "heat"))
    objects.create_pods(stage.api, namespace, pods_at("heat", BUSY))
    settled.wait(stage.api, 60, pods=BUSY)

    _maximum(stage.api, 14)
    until(lambda: "is over by 1 kW" in told(stage, "heat", "Overloaded"), "the load at the raised figure")
    objects.create_pods(stage.api, namespace, pods_at("heat", MORE, BUSY))
    until(lambda: len(refused(stage, namespace, "heat")) > 0, "the newcomers' answer")
    settled.wait(stage.api, 30)
    assert len(running(stage, namespace, "heat")) == BUSY

    _maximum(stage.api, 6)
    until(lambda: len(running(stage, namespace, "heat")) == 8, "newcomers at the lowered figure")
    until(lambda: _reserved(stage.api) == "9 kW", "six as they were promised, two as figured now")

    _delete_profile_and_restart(stage, operator, namespace)


def _delete_profile_and_restart(cluster: LocalCluster, operator: OperatorProcess, namespace: str) -> None:
    """At the same moment. The next process goes by the same figures, and lets pods in by them."""
    operator.stop()
    cluster.api.delete(PROFILE)
    operator.start()
    operator.wait_ready()
    until(lambda: "AcceleratorProfile round-8 was deleted" in told(cluster, "heat", "ProfileDeleted"), "that")
    settled.wait(cluster.api, 30)
    assert _reserved(cluster.api) == "9 kW"
    cluster.kubectl("delete", "pod", "heat-0", "-n", namespace)
    until(lambda: len(running(cluster, namespace, "heat")) == 8, "a pod in the place of the one that left")
    cluster.api.delete("/api/v1/nodes/heat-r1-1")
    pods = [pod.name for pod in settled.gpu_pods(cluster.api, namespace)]
    cluster.kubectl("delete", "pod", *pods, "-n", namespace, "--force", "--grace-period=0")
    until(lambda: _records(cluster.api) == [], "the record to go with the last who needed it")


def _records(api: Api) -> list[str]:
    records = "/apis/apps/v1/namespaces/ampacity-system/controllerrevisions"
    return [one["data"]["name"] for one in api.items(records) if one["data"]["name"] == "round-8"]
