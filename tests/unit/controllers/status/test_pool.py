"""What a pool says of itself."""

from __future__ import annotations

from typing import Any

from ampacity.apis.gpu_inference_pool import MAX_SITES
from ampacity.apis.pool_telemetry import RegionTelemetry
from ampacity.controllers.status.pool import PoolView, SitePlaces, pool_status
from ampacity.core.plan import Reason, Refusal, SiteReason
from ampacity.core.site import Problem
from tests.unit.ledger.builders import replica


def refusal(*sites: str) -> Refusal:
    tried = tuple(SiteReason(site, Reason.POWER, "PDU pdu-3 short by 3.1 kW") for site in sites)
    return Refusal(replica(), Reason.POWER, f"{sites[0]}: PDU pdu-3 short by 3.1 kW", tried)


def shown(**view: Any) -> dict[str, Any]:
    return pool_status(PoolView("chat", 3, **{"desired": 4, **view})).to_dict()


def verdicts(status: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {c["type"]: (c["status"], c["reason"]) for c in status["conditions"]}


def test_a_pool_that_serves_is_ready() -> None:
    status = shown(places=(SitePlaces("edge", 3, 3), SitePlaces("central", 1, 1)))
    assert verdicts(status) == {
        "Ready": ("True", "AllReady"), "Reconciling": ("False", "AllReady"), "Stalled": ("False", "Settled"),
    }  # fmt: skip
    assert (status["replicas"], status["readyReplicas"], status["waiting"]) == (4, 4, 0)
    assert status["selector"] == "ampacity.io/pool=chat"
    assert status["observedGeneration"] == 3


def test_what_waits_says_why_at_each_site() -> None:
    status = shown(places=(SitePlaces("edge", 2, 1),), refusals=(refusal("edge", "central"),) * 2)
    assert verdicts(status)["Waiting"] == ("True", "InsufficientPower")
    assert verdicts(status)["Ready"] == ("False", "InsufficientPower")
    message = next(c["message"] for c in status["conditions"] if c["type"] == "Waiting")
    assert message == "2 of 4 replicas wait: edge: PDU pdu-3 short by 3.1 kW"
    sites = [(s["site"], s["placed"], s["waiting"]) for s in status["sites"]]
    assert sites == [("edge", 2, 2), ("central", 0, 2)]
    assert {s["reason"] for s in status["sites"]} == {"InsufficientPower"}


def test_replicas_that_start_are_reconciling() -> None:
    assert verdicts(shown(places=(SitePlaces("edge", 4, 1),)))["Reconciling"] == ("True", "Starting")


def test_a_replica_that_is_not_planned_yet_says_so() -> None:
    assert verdicts(shown())["Waiting"] == ("True", "Placing")


def test_a_deployment_that_cannot_create_pods_is_told() -> None:
    status = shown(places=(SitePlaces("edge", 4, 0),), failures=("exceeded quota: gpus",))
    assert verdicts(status)["Ready"] == ("False", "PodsNotCreated")


def test_a_deployment_that_the_api_server_refuses_stalls_its_pool() -> None:
    told = "the API server refused Deployment ai/chat-edge: exceeded quota"
    status = shown(refused=(told,), failures=("something else",))
    assert verdicts(status) == {
        "Ready": ("False", "DeploymentRefused"), "Reconciling": ("False", "DeploymentRefused"),
        "Stalled": ("True", "DeploymentRefused"), "Waiting": ("True", "DeploymentRefused"),
    }  # fmt: skip
    assert {c["message"] for c in status["conditions"]} == {told}


def test_pods_of_an_earlier_template_are_being_replaced() -> None:
    status = shown(places=(SitePlaces("edge", 4, 4),), outdated=3)
    assert verdicts(status)["Ready"] == ("False", "Replacing")
    assert verdicts(status)["Reconciling"] == ("True", "Replacing")
    assert "Waiting" not in verdicts(status)


def test_pods_whose_successors_find_no_place_say_why_they_stay() -> None:
    status = shown(places=(SitePlaces("edge", 4, 4),), outdated=4, refusals=(refusal("edge"),))
    assert status["conditions"][0]["message"] == (
        "4 of 4 replicas are of an earlier template and stay until their successors have a place:"
        " edge: PDU pdu-3 short by 3.1 kW"
    )


def test_a_site_without_an_envelope_is_told_even_if_nothing_waits() -> None:
    status = shown(places=(SitePlaces("edge", 4, 4),), orphaned=("edge",))
    assert verdicts(status)["Ready"] == ("True", "AllReady")
    assert verdicts(status)["SiteUnknown"] == ("True", "NoEnvelope")


def test_a_pool_whose_only_site_has_no_envelope_waits_for_that() -> None:
    nowhere = SiteReason("", Reason.NO_MATCHING_NODE, "no site is of a tier")
    refused = Refusal(replica(), Reason.NO_MATCHING_NODE, "no site is of a tier", (nowhere,))
    view: dict[str, Any] = {"places": (SitePlaces("edge", 2, 2),), "orphaned": ("edge",)}
    assert verdicts(shown(refusals=(refused,), **view))["Waiting"] == ("True", "NoEnvelope")
    assert verdicts(shown(refusals=(refusal("hall"),), **view))["Waiting"] == ("True", "InsufficientPower")


def test_a_refused_spec_is_stalled_with_field_and_remedy() -> None:
    problem = Problem("spec.gpuResource", "is wrong", "write it right")
    status = shown(problems=(problem,), places=(SitePlaces("edge", 1, 1),))
    assert verdicts(status)["Stalled"] == ("True", "InvalidSpec")
    assert status["conditions"][2]["message"] == "spec.gpuResource: is wrong; write it right"
    assert status["replicas"] == 1


def test_the_list_of_sites_is_bounded() -> None:
    many = tuple(SitePlaces(f"s{i:04}", 1, 1) for i in range(MAX_SITES + 7))
    status = shown(places=many)
    assert len(status["sites"]) == MAX_SITES and status["sitesOmitted"] == 7


def test_demand_that_is_no_longer_measured_is_told_with_what_counts_on() -> None:
    telemetry = (
        RegionTelemetry(region="oslo", requests_per_second=3.0),
        RegionTelemetry(
            region="paris",
            requests_per_second=41.5,
            stale=True,
            at="2026-05-04T10:11:12Z",
            message="it is down",
        ),
        RegionTelemetry(region="rome", stale=True, message="the query finds no series"),
    )
    status = shown(telemetry=telemetry)
    (stale,) = [one for one in status["conditions"] if one["type"] == "TelemetryStale"]

    assert [one["region"] for one in status["telemetry"]] == ["oslo", "paris", "rome"]
    assert (stale["status"], stale["reason"]) == ("True", "NoAnswer")
    assert (
        "paris: the last 41.5 requests/s, measured at 2026-05-04T10:11:12Z, count on (it is down)"
        in stale["message"]
    )
    assert "rome: nothing was measured yet" in stale["message"]
    assert "oslo" not in stale["message"]


def test_fresh_telemetry_is_no_condition() -> None:
    assert "TelemetryStale" not in verdicts(shown(telemetry=(RegionTelemetry(region="oslo"),)))


def test_a_refused_pool_keeps_what_was_measured() -> None:
    status = shown(
        problems=(Problem("spec.demand", "is wrong", "correct it"),),
        telemetry=(RegionTelemetry(region="oslo", requests_per_second=3.0),),
    )

    assert status["telemetry"] == [{"region": "oslo", "requestsPerSecond": 3.0, "stale": False}]
