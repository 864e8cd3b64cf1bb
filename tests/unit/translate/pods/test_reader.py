from datetime import UTC, datetime

import pytest

from ampacity import names
from ampacity.translate.pods.gpus import MOST_UNITS
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.records import PinPoint
from tests.builders.kube import GPU, READER, REQUIRED, container, pod, pod_json

CREATED = int(datetime(2026, 11, 23, 8, tzinfo=UTC).timestamp())


def pinned(node: str) -> dict:
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    return {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [term]}}}


def test_a_gated_pod_waits() -> None:
    record = pod(gates=["kueue.x-k8s.io/admission"])
    assert (record.waiting, record.other_gates, record.gate_index) == (True, True, 1)
    assert (record.bound, record.node) == (False, "")


def test_a_pod_that_has_ended_is_no_pod() -> None:
    for phase in ("Succeeded", "Failed"):
        assert READER.read(pod_json(phase=phase)) is None


def test_a_terminating_pod_still_is_one() -> None:
    json = pod_json(node="n1")
    json["metadata"]["deletionTimestamp"] = "2026-11-23T09:00:00Z"
    record = READER.read(json)
    assert record is not None and record.terminating and record.node == "n1"


def test_a_granted_pod_is_where_its_pin_says() -> None:
    assert pod(gated=False, affinity=pinned("n7")).node == "n7"
    # While it is gated the pin is only what its owner asks for.
    assert pod(gated=True, affinity=pinned("n7")).node == ""


@pytest.mark.parametrize(
    ("reason", "more", "says"),
    [
        ("Unschedulable", {"gated": False}, "0/3 nodes are available"),
        ("SchedulingGated", {"gated": False}, ""),
        ("Unschedulable", {"gated": True}, ""),
        ("Unschedulable", {"node": "n1"}, ""),
    ],
)
def test_what_the_scheduler_says_counts_once_a_grant_has_reached_the_pod(
    reason: str, more: dict, says: str
) -> None:
    json = pod_json(**more)
    said = {"type": "PodScheduled", "status": "False", "reason": reason, "message": "0/3 nodes are available"}
    json["status"]["conditions"] = [said]
    record = READER.read(json)
    assert record is not None and record.scheduler == says


@pytest.mark.parametrize(
    ("owner", "labels", "controller"),
    [
        (("ReplicaSet", "web-abc"), {"pod-template-hash": "abc"}, "Deployment/default/web"),
        (("ReplicaSet", "web-abc"), {}, "ReplicaSet/default/web-abc"),
        (("Job", "train"), {}, "Job/default/train"),
        (None, {}, "Pod/default/p1"),
    ],
)
def test_controller(owner: tuple[str, str] | None, labels: dict[str, str], controller: str) -> None:
    assert pod(owner=owner, labels=labels).controller == controller


def test_gpus_are_what_profiles_name() -> None:
    spec = {"containers": [container(gpu=2, **{"rdma/hca": 1, "nvidia.com/mig-1g.10gb": 3})]}
    assert pod(**spec).shape.gpu_units == 5


def test_devices_nobody_knows_are_no_gpus_unless_the_pod_waits_for_power() -> None:
    spec = {"containers": [container(**{"foo.example/npu": 2, "hugepages-2Mi": "1Gi"})]}
    assert pod(node="n1", **spec).shape.gpu_units == 0
    assert pod(**spec).shape.gpu_units == 2


def test_a_new_profile_changes_the_count() -> None:
    reader = PodReader([GPU])
    before = reader.read(pod_json(node="n1", containers=[container(**{"foo.example/npu": 2})]))
    assert before is not None and before.shape.gpu_units == 0
    reader.use([GPU, "foo.example/*"])
    assert reader.recount(before).shape.gpu_units == 2


def test_what_the_pod_says_about_power() -> None:
    record = pod(
        labels={names.POOL: "chat", names.SITE: "par1"},
        annotations={names.ACCELERATORS: "h200, h100,,h200", names.MUST_SURVIVE: "Feed,UPS"},
    )
    assert record.pool == "default/chat"
    assert record.shape.sites == ("par1",)
    assert record.shape.accelerators == ("h200", "h100")
    assert record.shape.must_survive == {"Feed", "UPS"}


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("1000", 1000),
        (str(CREATED + 5), CREATED),
        ("-1", CREATED),
        ("soon", CREATED),
        ("", CREATED),
        ("\uff11", CREATED),
        ("9" * 5000, CREATED),
    ],
)
def test_a_pod_cannot_be_younger_than_its_request(text: str, since: int) -> None:
    assert pod(annotations={names.SINCE: text}).since == since


def test_a_reservation_that_cannot_be_read_counts_as_none_and_says_so() -> None:
    record = pod(node="n1", annotations={names.RESERVATION: "{}"})
    assert record.reservation is None
    assert "cannot be read" in record.doubt


def test_a_gated_pod_has_no_reservation_whatever_it_says() -> None:
    record = pod(annotations={names.RESERVATION: "{}"})
    assert record.reservation is None and record.doubt == ""


def test_equal_pods_share_one_shape() -> None:
    assert pod("a").shape is pod("b").shape
    assert pod("a", node="n1").shape is pod("b", node="n2").shape


def test_a_bound_pod_needs_no_selectors_any_more() -> None:
    tolerations = [{"key": "gpu", "operator": "Exists"}]
    assert pod(tolerations=tolerations).shape.tolerations
    assert not pod(node="n1", tolerations=tolerations, affinity=pinned("n1")).shape.tolerations


def test_condition_and_claims() -> None:
    json = pod_json(volumes=[{"name": "a", "persistentVolumeClaim": {"claimName": "data"}}, {"name": "b"}])
    json["status"]["conditions"] = [{"type": names.POWERED, "status": "False", "reason": "R", "message": "m"}]
    record = READER.read(json)
    assert record is not None
    assert record.powered == ("False", "R", "m")
    assert record.claims == ("data",)


@pytest.mark.parametrize(
    ("affinity", "pin"),
    [
        (None, PinPoint(0)),
        ({}, PinPoint(1)),
        ({"nodeAffinity": {}}, PinPoint(2)),
        (
            {
                "nodeAffinity": {
                    REQUIRED: {
                        "nodeSelectorTerms": [
                            {},
                            {"matchExpressions": [{"key": "a", "operator": "Exists"}]},
                            *pinned("n")["nodeAffinity"][REQUIRED]["nodeSelectorTerms"],
                        ]
                    }
                }
            },
            PinPoint(3, (-1, 0, 1)),
        ),
    ],
)
def test_where_a_pin_can_be_written(affinity: dict | None, pin: PinPoint) -> None:
    assert pod(**({} if affinity is None else {"affinity": affinity})).pin == pin


def test_a_manifest_has_neither_uid_nor_status() -> None:
    record = READER.read({"metadata": {"name": "x"}, "spec": {"containers": [{"name": "c"}]}})
    assert record is not None
    assert (record.uid, record.namespace, record.phase, record.created) == (
        "default/x",
        "default",
        "Pending",
        0,
    )


def test_more_gpus_than_anybody_has_are_bounded() -> None:
    spec = {"containers": [container(gpu="9223372036854775807"), container(gpu="9223372036854775807")]}
    assert pod(**spec).shape.gpu_units == pod(node="n1", **spec).shape.gpu_units == MOST_UNITS


CLAIMS = [{"name": "gpu", "resourceClaimTemplateName": "t"}]


def test_what_a_resource_claim_draws_is_not_known() -> None:
    waiting, running = pod(resourceClaims=CLAIMS), pod(node="n1", resourceClaims=CLAIMS)
    assert "spec.resourceClaims" in waiting.shape.unknown_draw and not waiting.doubt
    assert running.doubt == running.shape.unknown_draw != ""
    assert pod().shape.unknown_draw == ""
