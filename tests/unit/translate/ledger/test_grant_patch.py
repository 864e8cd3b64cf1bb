import json

from ampacity import names
from ampacity.core.load import Load
from ampacity.core.plan import Grant
from ampacity.core.snapshot import Waiter
from ampacity.translate.ledger.grant_patch import grant_patch
from ampacity.translate.records import PodRecord
from tests.builders.kube import REQUIRED, pod

PIN = {"key": "metadata.name", "operator": "In", "values": ["n1"]}
TERMS = f"/spec/affinity/nodeAffinity/{REQUIRED}/nodeSelectorTerms"
EXISTS = {"key": "a", "operator": "Exists"}


def patch(record: PodRecord) -> list[dict]:
    waiter = Waiter(record.uid, record.name, record.shape, resource_version=record.resource_version)
    return grant_patch(record, Grant(waiter, "n1", "hall", "r1", "h200", Load(5, 1, 4), 3), "2.7")


def added(record: PodRecord) -> dict[str, object]:
    return {step["path"]: step["value"] for step in patch(record) if step["op"] == "add"}


def with_terms(*terms: dict) -> PodRecord:
    return pod(affinity={"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": list(terms)}}})


def test_a_pod_without_affinity_gets_one_term() -> None:
    steps = added(pod())
    assert steps["/spec/affinity"] == {} and steps["/spec/affinity/nodeAffinity"] == {}
    assert steps[f"/spec/affinity/nodeAffinity/{REQUIRED}"] == {"nodeSelectorTerms": [{"matchFields": [PIN]}]}


def test_what_exists_of_the_affinity_is_kept() -> None:
    assert "/spec/affinity" not in added(pod(affinity={"podAffinity": {}}))
    assert "/spec/affinity/nodeAffinity" not in added(pod(affinity={"nodeAffinity": {}}))


def test_the_pin_goes_into_every_term_but_empty_ones() -> None:
    record = with_terms({"matchExpressions": [EXISTS]}, {}, {"matchFields": [PIN]})
    steps = {path: value for path, value in added(record).items() if path.startswith("/spec")}
    assert steps == {f"{TERMS}/0/matchFields": [PIN], f"{TERMS}/2/matchFields/-": PIN}


def test_our_gate_only_is_removed_and_only_if_it_is_where_it_was() -> None:
    steps = patch(pod(gates=["other/gate"]))
    path = "/spec/schedulingGates/1"
    assert steps[-2:] == [
        {"op": "test", "path": path, "value": {"name": names.GATE}},
        {"op": "remove", "path": path},
    ]


def test_the_version_that_was_planned_with_is_a_precondition() -> None:
    steps = patch(pod(version=42))
    assert {"op": "test", "path": "/metadata/uid", "value": "uid-p1"} in steps
    assert {"op": "replace", "path": "/metadata/resourceVersion", "value": "42"} in steps


def test_the_reservation_is_written_beside_other_annotations() -> None:
    path = "/metadata/annotations/ampacity.io~1reservation"
    assert "/metadata/annotations" in added(pod())
    steps = added(pod(annotations={"a": "b"}))
    assert "/metadata/annotations" not in steps
    assert json.loads(str(steps[path])) == {
        "site": "hall",
        "rack": "r1",
        "node": "n1",
        "profile": "h200",
        "power": 5,
        "air": 1,
        "liquid": 4,
        "generation": 3,
        "fence": "2.7",
    }
