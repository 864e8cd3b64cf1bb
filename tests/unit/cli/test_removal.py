"""What `ampacity uninstall` takes out of templates, and what it leaves to whom."""

from __future__ import annotations

import copy
import json
import shlex
from typing import Any

import pytest

from ampacity import names
from ampacity.cli.removal.replica_sets import query, sort_out
from ampacity.cli.removal.templates import freed, same_pods, waits
from ampacity.cli.removal.workloads import KINDS, Kind, Way, remedy, workloads

Json = dict[str, Any]
OTHER = "example.com/quota"
BY_NAME = {kind.name: kind for kind in KINDS}


def template(*gates: str, scheduler: str = "default-scheduler", **labels: str) -> Json:
    """A pod template as the API server gives it, with an annotation of ours and one of somebody's."""
    spec: Json = {"containers": [{"name": "main"}], "schedulerName": scheduler}
    if gates:
        spec["schedulingGates"] = [{"name": gate} for gate in gates]
    annotations = {names.SINCE: "1", "example.com/a": "b"}
    return {"metadata": {"labels": labels or {"app": "web"}, "annotations": annotations}, "spec": spec}


def workload(kind: str, pods: Json, owner: Json | None = None, **spec: Any) -> Json:
    """An object of that kind."""
    metadata = {"namespace": "serve", "name": "web"} | ({"ownerReferences": [owner]} if owner else {})
    obj: Json = {"metadata": metadata, "spec": {**spec}}
    at = obj
    for key in BY_NAME[kind].template[:-1]:
        at = at.setdefault(key, {})
    at["template"] = pods
    return obj


GATED = template(names.GATE)


@pytest.mark.parametrize("waiting", [GATED, template(OTHER, names.GATE), template(scheduler=names.SCHEDULER)])
def test_what_waits_for_us_does_so_no_more_and_nothing_else_changes(waiting: Json) -> None:
    before = copy.deepcopy(waiting)
    after = freed(waiting)
    assert waits(waiting) and not waits(after) and waiting == before and freed(after) == after
    assert after["metadata"] == before["metadata"]
    left = [gate["name"] for gate in after["spec"].get("schedulingGates", ())]
    assert left == ([OTHER] if {"name": OTHER} in before["spec"].get("schedulingGates", ()) else [])
    assert after["spec"]["schedulerName"] == "default-scheduler"


def test_a_pools_template_loses_our_annotations_and_keeps_its_labels() -> None:
    after = freed(template(names.GATE, **{names.POOL: "web"}), ours=True)
    assert after["metadata"] == {"labels": {names.POOL: "web"}, "annotations": {"example.com/a": "b"}}


def test_somebody_elses_scheduler_stays() -> None:
    assert freed(template(names.GATE, scheduler="volcano"))["spec"]["schedulerName"] == "volcano"


def test_the_hash_tells_no_pods_apart_and_everything_else_does() -> None:
    hashed = template(names.GATE, app="web", **{"pod-template-hash": "7d9f"})
    assert same_pods(template(names.GATE), hashed)
    assert not same_pods(template(), hashed)


def replica_set(revision: int, pods: Json, replicas: int = 0) -> Json:
    annotations = {"deployment.kubernetes.io/revision": str(revision)}
    metadata = {"name": f"web-{revision}", "annotations": annotations}
    return {"metadata": metadata, "spec": {"replicas": replicas, "template": pods}}


def test_the_newest_of_those_that_come_to_equal_each_other_is_the_present_one() -> None:
    """The lane was changed from gate to scheduler; the revision after nine is ten."""
    earlier, older, now = (
        replica_set(2, template(names.GATE, app="other")),
        replica_set(9, template(names.GATE)),
        replica_set(10, template(scheduler=names.SCHEDULER), 3),
    )
    deployment = {"spec": {"template": template(scheduler=names.SCHEDULER)}}
    found = sort_out(deployment, [now, earlier, older], ours=True)
    assert (found.present, found.twins, found.others) == (now, (older,), (earlier,))
    assert found.to_free == (earlier, now)


def test_a_selector_as_a_query() -> None:
    rules = [
        {"key": "a", "operator": "In", "values": ["1", "2"]},
        {"key": "b", "operator": "NotIn", "values": ["3"]},
        {"key": "c", "operator": "Exists"},
        {"key": "d", "operator": "DoesNotExist"},
    ]
    assert query({"matchLabels": {"x": "y"}, "matchExpressions": rules}) == "x=y,a in (1,2),b notin (3),c,!d"


ROLLING, ON_DELETE = {"type": "RollingUpdate"}, {"type": "OnDelete"}


@pytest.mark.parametrize(
    ("kind", "spec", "way"),
    [
        ("Deployment", {}, Way.ROLLOUT_HELD),
        ("StatefulSet", {"updateStrategy": ROLLING}, Way.RESTART),
        ("StatefulSet", {"updateStrategy": ON_DELETE}, Way.EDIT),
        ("DaemonSet", {"updateStrategy": ROLLING}, Way.RESTART),
        ("ReplicaSet", {}, Way.EDIT),
        ("ReplicationController", {}, Way.EDIT),
        ("CronJob", {}, Way.EDIT),
        ("Job", {}, Way.REMAKE),
        ("Job", {"suspend": True}, Way.EDIT),
    ],
)
def test_what_an_edit_of_a_template_does(kind: str, spec: Json, way: Way) -> None:
    [found] = workloads(BY_NAME[kind], [workload(kind, GATED, **spec)])
    assert (found.way, found.full_name) == (way, f"{kind} serve/web")


def test_a_suspended_job_that_has_run_cannot_be_changed() -> None:
    job = workload("Job", GATED, suspend=True) | {"status": {"startTime": "2026-01-01T00:00:00Z"}}
    assert [found.way for found in workloads(BY_NAME["Job"], [job])] == [Way.REMAKE]


@pytest.mark.parametrize("end", ["Complete", "Failed"])
def test_a_job_that_is_over_makes_no_more_pods(end: str) -> None:
    job = workload("Job", GATED) | {"status": {"conditions": [{"type": end, "status": "True"}]}}
    assert list(workloads(BY_NAME["Job"], [job])) == []


def test_what_another_made_is_left_to_its_maker() -> None:
    replica_sets, jobs = BY_NAME["ReplicaSet"], BY_NAME["Job"]
    of_deployment = {"kind": "Deployment", "name": "web", "controller": True}
    of_job_set = {"kind": "JobSet", "name": "train", "controller": True}
    assert list(workloads(replica_sets, [workload("ReplicaSet", GATED, of_deployment)])) == []
    [found] = workloads(jobs, [workload("Job", GATED, of_job_set)])
    assert remedy(found) == "made by JobSet/train: take the gate out there"


def test_what_does_not_wait_is_not_listed() -> None:
    assert list(workloads(BY_NAME["Deployment"], [workload("Deployment", template(OTHER))])) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name != "Job"], ids=lambda kind: kind.name)
def test_the_command_patches_the_template_and_nothing_else(kind: Kind) -> None:
    pods = template(names.GATE, OTHER, scheduler=names.SCHEDULER)
    [found] = workloads(kind, [workload(kind.name, pods, updateStrategy=ROLLING)])
    words = shlex.split(remedy(found), comments=True)
    assert words[:6] == ["kubectl", "patch", kind.name.lower(), "web", "--namespace", "serve"]
    patch = json.loads(words[words.index("--patch") + 1])
    gates = [{"name": names.GATE, "$patch": "delete"}]
    assert kind.template_of(patch) == {
        "spec": {"schedulingGates": gates, "schedulerName": "default-scheduler"}
    }
