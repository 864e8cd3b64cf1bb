"""Operators die, stop and come back; nothing is granted twice, lost, or kept for nobody."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from ampacity.audit.recorder import Recorder
from ampacity.core.ledger import Ledger
from ampacity.translate.ledger.codec import decode_ledger
from hack import chart, settled
from hack.api import Api
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.crash import load as loads
from tests.crash.ends import LATE, End, How, When
from tests.crash.kinds import GRANT, WRITE_LEDGER
from tests.crash.lives import Lives, leader
from tests.crash.load import Load
from tests.crash.points import ends
from tests.e2e import objects
from tests.integration.controllers.steps import deployments, eventually
from tests.tables import Show

HASTY = {"AMPACITY_LEASE_DURATION": "4"}
HOLDS = f"/api/v1/namespaces/{chart.NAMESPACE}/configmaps/ampacity-holds"
WAITS_FOR = {"InsufficientPower", "InsufficientRedundancy"}


def ledger(api: Api) -> Ledger:
    """As it is stored."""
    return decode_ledger(api.get(HOLDS)["data"]["ledger"])


def gpus(api: Api, namespace: str) -> Counter[str]:
    """GPUs of pods that run, by rack as "site/rack"."""
    found: Counter[str] = Counter()
    for pod in api.items(f"/api/v1/namespaces/{namespace}/pods"):
        if pod["status"]["phase"] == "Running" and pod["spec"].get("nodeName"):
            site, rack, _ = pod["spec"]["nodeName"].rsplit("-", 2)
            limits = (one["resources"]["limits"] for one in pod["spec"]["containers"])
            found[f"{site}/{rack}"] += sum(int(limit["nvidia.com/gpu"]) for limit in limits)
    return found


def at(site: str, found: Counter[str]) -> int:
    """GPUs of one site."""
    return sum(count for rack, count in found.items() if rack.startswith(f"{site}/"))


def charged(api: Api) -> dict[str, str]:
    """What the operator says is reserved, by rack."""
    sites = api.items(f"{objects.GROUP_PATH}/sitepowerenvelopes")
    return {
        f"{site['metadata']['name']}/{rack['name']}": rack["reserved"]
        for site in sites
        for rack in site["status"]["racks"]["leastHeadroom"]
    }


def drawn(found: Counter[str]) -> dict[str, str]:
    """What the racks' idle nodes and running pods draw."""
    racks = [f"{site}/r{n}" for site, count in loads.RACKS.items() for n in range(1, count + 1)]
    idle = loads.NODES * objects.IDLE_KW
    return {rack: f"{idle + found[rack] * objects.GPU_KW} kW" for rack in racks}


def nothing_lost(api: Api, namespace: str, load: Load) -> None:
    """Every pod that nobody deleted is there, and runs or says with a figure why it waits."""
    pods = {pod.name: pod for pod in settled.gpu_pods(api, namespace)}
    assert {name: pods[name].uid for name in load.kept if name in pods} == load.kept
    for pod in pods.values():
        status, reason, message = pod.powered
        waits = pod.gated and status == "False" and reason in WAITS_FOR and "short by" in message
        assert (pod.running and status == "True") or waits, pod


def nothing_kept(api: Api) -> None:
    """The ledger is empty once all is quiet."""
    assert eventually(lambda: not ledger(api).fence and not ledger(api).holds), ledger(api)


@pytest.mark.timeout(600)
def test_operators_are_killed_at_every_point(
    stage: LocalCluster, recorder: Recorder, namespace: str, show: Show
) -> None:
    api, planned = stage.api, ends()
    assert len(planned) >= 50
    loads.build(stage, *loads.FIT)
    load = Load(stage, namespace)
    with Lives(stage, HASTY) as lives:
        with load:
            lives.through(planned)
        show(lives.table())
        settled.wait(api, 90, pods=loads.EQUAL + len(loads.MIXED))

        found = gpus(api, namespace)
        assert {site: at(site, found) for site in ("hall", "edge")} == {"hall": 60, "edge": 10}
        assert deployments(api, namespace) == {"chat-edge": 5}
        nothing_lost(api, namespace, load)
        nothing_kept(api)
        assert eventually(lambda: charged(api) == drawn(found)), (charged(api), drawn(found))

        load.replace_mixed()
        settled.wait(api, 60, pods=loads.EQUAL + len(loads.MIXED))
        undisturbed = at("mill", gpus(api, namespace))
        assert abs(at("mill", found) - undisturbed) <= 0.02 * undisturbed


FIRST, MORE = loads.FIT["edge"], 15
STOPS = {
    "stopped once it has announced": End(WRITE_LEDGER, When.AFTER, 2, how=How.STOP),
    "stopped as it sends": End(GRANT, When.BEFORE, how=How.STOP),
    "suspended once it has announced": End(WRITE_LEDGER, When.AFTER, 2, how=How.SUSPEND),
    "suspended as it sends": End(GRANT, When.BEFORE, FIRST + 1, how=How.SUSPEND),
}


def is_stopped(process: OperatorProcess) -> bool:
    """Whether a signal has stopped it."""
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def late_answers(process: OperatorProcess) -> list[int]:
    """What the API server said to grants that a process sent after it had been stopped."""
    lines = process.log.read_text(encoding="utf-8").splitlines()
    return [int(line.split()[1]) for line in lines if line.startswith(f"{LATE} ")]


def empty(api: Api, namespace: str) -> None:
    """No pods any more."""
    api.delete(f"/api/v1/namespaces/{namespace}/pods")
    assert eventually(lambda: not api.items(f"/api/v1/namespaces/{namespace}/pods"))


def burst(api: Api, namespace: str, name: str, count: int, since: str) -> None:
    """Pods for the edge; the smaller `since`, the earlier is their turn.

    A simulated kubelet may end a pod twice, by name: no name is used again.
    """
    pods = [loads.pod(f"{name}-{number}", "edge") for number in range(count)]
    for one in pods:
        one["metadata"]["annotations"] = {"ampacity.io/since": since}
    objects.create_pods(api, namespace, pods)


def announce(api: Api, namespace: str, process: OperatorProcess, names: str) -> None:
    """Fill the site, let others wait until they are told so, and make room for them. A process that is to
    stop with its first grants does so at once."""
    burst(api, namespace, f"{names}-first", FIRST, "3")
    if eventually(lambda: is_stopped(process), 3):
        return
    burst(api, namespace, f"{names}-second", FIRST, "2")
    settled.wait(api, 60, pods=2 * FIRST)
    for number in range(FIRST):
        api.delete(f"/api/v1/namespaces/{namespace}/pods/{names}-first-{number}")
    assert eventually(lambda: is_stopped(process))


def stopped_and_woken(stage: LocalCluster, namespace: str, names: str, end: End) -> list[int]:
    """A leader stops between fence and patch, another one takes over and grants others, the first one wakes.

    Returns what was answered to its late grants.
    """
    with Lives(stage, HASTY) as lives:
        first = lives.start(end)
        first.wait_ready()
        second = lives.start()
        second.wait_ready()
        assert leader(stage).startswith(f"{first.identity}_")
        announce(stage.api, namespace, first, names)
        burst(stage.api, namespace, f"{names}-older", MORE, "1")
        settled.wait(stage.api, 60, pods=FIRST + MORE)
        assert leader(stage).startswith(f"{second.identity}_")
        assert at("edge", gpus(stage.api, namespace)) == loads.FIT["edge"]

        os.kill(first.pid, signal.SIGCONT)
        assert eventually(lambda: first.answers("/readyz"))
        settled.wait(stage.api, 30, pods=FIRST + MORE)
        assert at("edge", gpus(stage.api, namespace)) == loads.FIT["edge"]
        nothing_kept(stage.api)
    return late_answers(first)


def test_a_leader_that_was_stopped_grants_nothing_when_it_wakes(
    stage: LocalCluster, recorder: Recorder, namespace: str
) -> None:
    loads.build(stage, "edge")
    answers = {}
    for number, (how, end) in enumerate(STOPS.items()):
        answers[how] = set(stopped_and_woken(stage, namespace, f"stop{number}", end))
        empty(stage.api, namespace)
    # A stopped process knows that its time is over: what it sends yet, it may not wait for.
    assert answers["stopped once it has announced"] == set()
    assert answers["stopped as it sends"] <= {409}
    assert answers["suspended once it has announced"] == answers["suspended as it sends"] == {409}
