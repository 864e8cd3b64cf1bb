"""The process: restarts, the last good generation, leaving, probes."""

from __future__ import annotations

import time

from hack import settled
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects
from tests.integration.controllers.steps import LEASE, change, eventually, running, site, verdicts

HALL_PATH = f"{objects.GROUP_PATH}/sitepowerenvelopes/hall"
HALL = site("hall", "Central", "7kW")
CYCLE = [
    {"name": "pdu", "type": "PDU", "capacity": "100kW", "suppliers": ["ups"]},
    {"name": "ups", "type": "UPS", "capacity": "100kW", "suppliers": ["pdu"]},
]


def prepare(stage: LocalCluster) -> None:
    objects.create(stage.api, objects.round_profile(), HALL)
    stage.add_nodes(objects.node_line(1, "r[1-2]", "hall"))


def test_a_bad_edit_keeps_the_last_good_one_across_a_restart(stage: LocalCluster, namespace: str) -> None:
    prepare(stage)
    with OperatorProcess(stage, identity="before"):
        ready = ("True", "InForce")
        assert eventually(lambda: verdicts(stage.api.get(HALL_PATH)).get("Ready") == ready)
    change(stage.api, HALL_PATH, domains=CYCLE)
    with OperatorProcess(stage, identity="after"):
        stalled = ("True", "InvalidSpec")
        assert eventually(lambda: verdicts(stage.api.get(HALL_PATH)).get("Stalled") == stalled)
        found = stage.api.get(HALL_PATH)
        assert (found["status"]["acceptedGeneration"], found["status"]["observedGeneration"]) == (1, 2)
        assert verdicts(found)["Ready"] == ("True", "LastGoodInForce")
        message = next(c["message"] for c in found["status"]["conditions"] if c["type"] == "Stalled")
        assert "spec.domains" in message
        objects.create_pods(stage.api, namespace, [objects.gated_pod("p", 2)])
        assert eventually(lambda: running(stage.api, namespace) == 1)
        change(stage.api, HALL_PATH, domains=HALL["spec"]["domains"])
        assert eventually(lambda: verdicts(stage.api.get(HALL_PATH))["Stalled"][0] == "False")


def test_sigterm_hands_the_lease_over_at_once(stage: LocalCluster, namespace: str) -> None:
    prepare(stage)
    first, second = OperatorProcess(stage, identity="first"), OperatorProcess(stage, identity="second")
    first.start()
    first.wait_ready()
    assert first.answers("/healthz") and 'ampacity_watch_age_seconds{watch="pods"}' in first.metrics()
    with second:
        assert stage.api.get(LEASE)["spec"]["holderIdentity"].startswith("first")
        assert "ampacity_leader 0.0" in second.metrics()
        first.stop()
        assert eventually(lambda: "ampacity_leader 1.0" in second.metrics(), 10)
        objects.create_pods(stage.api, namespace, [objects.gated_pod("p", 2)])
        assert eventually(lambda: running(stage.api, namespace) == 1)
    assert stage.api.get(LEASE)["spec"]["holderIdentity"] == ""


def test_nothing_is_written_when_nothing_changes(stage: LocalCluster, namespace: str) -> None:
    prepare(stage)
    paths = (HALL_PATH, f"{objects.GROUP_PATH}/acceleratorprofiles/round-8")
    often = {"AMPACITY_RESYNC": "0.2", "AMPACITY_STATUS_INTERVAL": "0.1"}
    with OperatorProcess(stage, identity="quiet", extra=often):
        objects.create_pods(stage.api, namespace, [objects.gated_pod("p", 20)])
        settled.wait(stage.api, 30, pods=1)
        watched = [*paths, f"/api/v1/namespaces/{namespace}/pods/p"]
        versions = lambda: [stage.api.get(path)["metadata"]["resourceVersion"] for path in watched]  # noqa: E731
        assert eventually(lambda: verdicts(stage.api.get(paths[1])).get("Ready", ("",))[0] == "True")
        time.sleep(1)
        before = versions()
        time.sleep(2)
        assert versions() == before


