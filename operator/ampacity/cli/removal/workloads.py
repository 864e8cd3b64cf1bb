"""The kinds that make pods of a template, and what taking our gate out of theirs would do. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ampacity import names
from ampacity.cli.removal.owners import controller
from ampacity.cli.removal.templates import gates, waits

Json = dict[str, Any]


class Way(StrEnum):
    """How a template can be freed."""

    ROLLOUT_HELD = "rollout held"  # a Deployment: by `rollouts`, so that nothing restarts
    EDIT = "edit"  # nothing follows from an edit
    RESTART = "restart"  # an edit restarts the pods: for its owner to decide
    REMAKE = "remake"  # its template cannot be changed
    MAKER = "maker"  # something else made it, and would put it back


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind with a pod template. `path`: of its collection in one namespace or, without one, of all."""

    name: str
    group: str
    plural: str
    template: tuple[str, ...] = ("spec", "template")

    def path(self, namespace: str = "", name: str = "") -> str:
        """Of one object, of a namespace's, or of all."""
        place = f"/namespaces/{namespace}" if namespace else ""
        return f"{self.group}{place}/{self.plural}" + (f"/{name}" if name else "")

    def template_of(self, obj: Mapping[str, Any]) -> Json:
        """The pod template of an object of this kind."""
        found: Any = obj
        for key in self.template:
            found = found.get(key) or {}
        return dict(found)

    def with_template(self, obj: Json, template: Json) -> Json:
        """The object with another pod template; `obj` itself is changed."""
        at: Any = obj
        for key in self.template[:-1]:
            at = at[key]
        at[self.template[-1]] = template
        return obj


DEPLOYMENT = Kind("Deployment", "/apis/apps/v1", "deployments")
REPLICA_SET = Kind("ReplicaSet", "/apis/apps/v1", "replicasets")
KINDS = (
    DEPLOYMENT,
    REPLICA_SET,
    Kind("StatefulSet", "/apis/apps/v1", "statefulsets"),
    Kind("DaemonSet", "/apis/apps/v1", "daemonsets"),
    Kind("ReplicationController", "/api/v1", "replicationcontrollers"),
    Kind("Job", "/apis/batch/v1", "jobs"),
    Kind("CronJob", "/apis/batch/v1", "cronjobs", ("spec", "jobTemplate", "spec", "template")),
)
_BY_NAME = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Workload:
    """An object whose template waits for us. `maker`: "Kind/name" of who made it, "" if a person did."""

    kind: Kind
    namespace: str
    name: str
    way: Way
    maker: str
    template: Json

    @property
    def full_name(self) -> str:
        return f"{self.kind.name} {self.namespace}/{self.name}"

    @property
    def path(self) -> str:
        return self.kind.path(self.namespace, self.name)


def workloads(kind: Kind, objects: list[Json]) -> Iterator[Workload]:
    """Those that wait for us; not those that are over, or whose maker is of a kind that is looked at."""
    for obj in objects:
        metadata, template = obj["metadata"], kind.template_of(obj)
        owner = controller(metadata)
        made = owner is not None and owner["kind"] in _BY_NAME
        if waits(template) and not made and not _is_over(obj):
            maker = f"{owner['kind']}/{owner['name']}" if owner else ""
            way = Way.MAKER if maker else _way(kind, obj)
            yield Workload(kind, metadata["namespace"], metadata["name"], way, maker, template)


def kind_of(owner: Mapping[str, Any]) -> Kind | None:
    """The kind that an owner reference names, if it is one that is looked at."""
    return _BY_NAME.get(owner["kind"])


def _is_over(obj: Mapping[str, Any]) -> bool:
    """Whether it is a Job that makes no more pods."""
    conditions = (obj.get("status") or {}).get("conditions") or ()
    return any(one["type"] in ("Complete", "Failed") and one["status"] == "True" for one in conditions)


def _way(kind: Kind, obj: Mapping[str, Any]) -> Way:
    if kind is DEPLOYMENT:
        return Way.ROLLOUT_HELD
    if kind.name == "Job":
        never_started = obj["spec"].get("suspend") and not (obj.get("status") or {}).get("startTime")
        return Way.EDIT if never_started else Way.REMAKE
    strategy = (obj["spec"].get("updateStrategy") or {}).get("type", "")
    return Way.RESTART if strategy == "RollingUpdate" else Way.EDIT


def remedy(workload: Workload) -> str:
    """What a person can do about it: a kubectl command and what it causes, or a sentence."""
    if workload.way is Way.MAKER:
        return f"made by {workload.maker}: take the gate out there"
    if workload.way is Way.REMAKE:
        return "its template cannot be changed: make it anew without the gate; pods that wait now are freed"
    patch = json.dumps(_nested(workload.kind.template, {"spec": _without(workload.template)}))
    what, where = workload.kind.name.lower(), f"--namespace {workload.namespace}"
    restarts = workload.way in (Way.RESTART, Way.ROLLOUT_HELD)
    return f"kubectl patch {what} {workload.name} {where} --patch '{patch}'" + (
        "   # restarts its pods" if restarts else ""
    )


def _without(template: Mapping[str, Any]) -> Json:
    """A strategic merge patch of the pod spec."""
    spec = template.get("spec") or {}
    patch: Json = {}
    if names.GATE in gates(spec):
        patch["schedulingGates"] = [{"name": names.GATE, "$patch": "delete"}]
    if spec.get("schedulerName") == names.SCHEDULER:
        patch["schedulerName"] = "default-scheduler"
    return patch


def _nested(keys: tuple[str, ...], value: Json) -> Json:
    for key in reversed(keys):
        value = {key: value}
    return value
