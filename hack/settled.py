"""When has everything found its place, or been told why not? The demo and the end-to-end tests ask this."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hack.api import Api, Object

GATE = "ampacity.io/power"
SCHEDULER = "ampacity"
POWERED = "ampacity.io/Powered"
RESERVATION = "ampacity.io/reservation"
_POOLS = "/apis/ampacity.io/v1alpha1/gpuinferencepools"
_QUIET_S = 2.0


class NotSettled(Exception):
    """Something still moves, or has no answer yet, after the time given; the text says what."""


@dataclass(frozen=True, slots=True)
class PodView:
    """A GPU pod as a user sees it. `powered`: status, reason and message of its condition.

    `gated`: it waits for our grant, by our gate or because it names us as its scheduler.
    """

    namespace: str
    name: str
    uid: str
    labels: Mapping[str, str]
    node: str
    phase: str
    gated: bool
    reserved: bool
    powered: tuple[str, str, str]

    @property
    def running(self) -> bool:
        return self.phase == "Running" and bool(self.node)

    @property
    def answered(self) -> bool:
        """It runs, or it is told why it waits."""
        return self.running and self.powered[0] == "True" if not self.gated else self.powered[0] == "False"


def gpu_pods(api: Api, namespace: str = "") -> list[PodView]:
    """All pods that wait for our grant or have our reservation."""
    place = f"/api/v1/namespaces/{namespace}/pods" if namespace else "/api/v1/pods"
    views = (_view(pod) for pod in api.items(place) if "deletionTimestamp" not in pod["metadata"])
    return [view for view in views if view.gated or view.reserved]


def wait(api: Api, timeout: float, *, pods: int = 0, show: Callable[[str], None] = lambda _: None) -> None:
    """Return once nothing has moved for two seconds; NotSettled after `timeout` seconds.

    `pods`: at least so many GPU pods must exist. `show` is told what is still open.
    """
    deadline, since, seen = time.monotonic() + timeout, time.monotonic(), ""
    while True:
        views, pools = gpu_pods(api), api.items(_POOLS)
        open_ = "; ".join(_open(views, pools, pods))
        now = repr(sorted((view.uid, view.node, view.phase, view.powered[1]) for view in views))
        if open_ or now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since >= _QUIET_S:
            return
        if time.monotonic() > deadline:
            raise NotSettled(f"after {timeout:.0f} s: {open_ or 'pods still come and go'}")
        show(open_ or "everything has an answer")
        time.sleep(0.3)


def _open(views: Iterable[PodView], pools: Iterable[Object], pods: int) -> Iterator[str]:
    views = list(views)
    if len(views) < pods:
        yield f"{len(views)} of {pods} pods exist"
    unanswered = [view.name for view in views if not view.answered]
    if unanswered:
        yield f"{len(unanswered)} of {len(views)} pods have no answer yet ({unanswered[0]})"
    for pool in pools:
        if not _pool_settled(pool):
            status = pool.get("status", {})
            placed, ready = status.get("replicas", 0), status.get("readyReplicas", 0)
            yield f"pool {pool['metadata']['name']}: {placed} placed, {ready} ready"


def _pool_settled(pool: Object) -> bool:
    status = pool.get("status", {})
    if status.get("observedGeneration") != pool["metadata"]["generation"]:
        return False
    if status.get("readyReplicas", 0) != status.get("replicas", 0):
        return False
    conditions = {item["type"]: item for item in status.get("conditions", ())}
    waiting = status.get("waiting", 0)
    told = waiting == 0 or conditions.get("Waiting", {}).get("reason", "Placing") != "Placing"
    return bool(told and status.get("replicas", 0) + waiting == pool["spec"]["replicas"])


def _view(pod: Mapping[str, Any]) -> PodView:
    metadata, spec, status = pod["metadata"], pod["spec"], pod.get("status", {})
    conditions = {item["type"]: item for item in status.get("conditions", ())}
    found = conditions.get(POWERED, {})
    gates = {gate["name"] for gate in spec.get("schedulingGates", ())}
    return PodView(
        metadata["namespace"],
        metadata["name"],
        metadata["uid"],
        metadata.get("labels", {}),
        spec.get("nodeName", ""),
        status.get("phase", ""),
        GATE in gates or (spec.get("schedulerName") == SCHEDULER and not spec.get("nodeName")),
        RESERVATION in metadata.get("annotations", {}),
        (found.get("status", ""), found.get("reason", ""), found.get("message", "")),
    )
