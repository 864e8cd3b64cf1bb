"""Who waits for power: gated pods, and replicas of pools that have no pod yet.

A gated pod whose grant is announced in the fence does not wait: its patch may
land any moment, and its place counts already. A hold belongs to whichever
waiting pod of its controller asks for just what it holds, the oldest first; what
a pod left goes to a pod of the same name before any other.

A waiter is as old as its controller's first request: a replacement is no new
request, and must not go to the end of the queue.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ampacity import names
from ampacity.core.ledger import Hold, Ledger, leaver
from ampacity.core.snapshot import Shape, Waiter
from ampacity.core.workload import Workload
from ampacity.translate.records import PodRecord, PoolRecord
from ampacity.translate.snapshot.usage import PodIndex


@dataclass(frozen=True, slots=True)
class Waiting:
    """`pods`: waiting pods with the hold each may take; `untaken`: holds that no waiting pod takes."""

    pods: tuple[tuple[PodRecord, Hold | None], ...]
    untaken: tuple[Hold, ...]


def waiting_pods(index: PodIndex, ledger: Ledger, admitting: Collection[str]) -> Waiting:
    """Pods to plan for; `admitting`: nodes on which a hold is worth anything now."""
    announced = {entry.uid for entry in ledger.fence}
    pods = [pod for pod in index.waiting() if pod.plannable and pod.uid not in announced]
    pods.sort(key=lambda pod: (pod.since, pod.created, pod.uid))
    free = _Holds(ledger.holds, admitting)
    own = {pod.uid: free.take_own(pod) for pod in pods}
    paired = tuple((pod, own[pod.uid] or free.take(pod)) for pod in pods)
    taken = {hold.key for _, hold in paired if hold is not None}
    return Waiting(paired, tuple(hold for hold in ledger.holds if hold.key not in taken))


def asked_since(pods: Iterable[PodRecord]) -> dict[str, int]:
    """Since when each controller has asked for power, as far as its pods tell."""
    ages: dict[str, int] = {}
    for pod in pods:
        if pod.waiting or pod.shape.gpu_units:
            ages[pod.controller] = min(pod.since, ages.get(pod.controller, pod.since))
    return ages


def virtual_waiters(pool: PoolRecord, shape: Shape, missing: int) -> Iterable[Waiter]:
    """Replicas of a pool that need a place before they get a pod: the last `missing` of them."""
    for number in range(pool.replicas - missing, pool.replicas):
        yield replica(pool, shape, number)


def replica(pool: PoolRecord, shape: Shape, number: int) -> Waiter:
    """One replica of a pool that needs a place."""
    return Waiter(
        uid=f"replica/{pool.key}/{number}",
        name=f"{pool.key}/{number}",
        shape=shape,
        priority=pool.priority,
        since=pool.created,
        controller=f"Pool/{pool.key}",
        batch=_is_batch(pool.shape),
    )


def pod_waiter(
    pod: PodRecord, shape: Shape, hold: Hold | None, ages: Mapping[str, int] | None = None
) -> Waiter:
    """A waiting pod as the planner sees it.

    `shape`: its own, made ready for planning. `ages`: since when its controller has asked.
    """
    return Waiter(
        uid=pod.uid,
        name=f"{pod.namespace}/{pod.name}",
        shape=shape,
        priority=pod.priority,
        since=min(pod.since, (ages or {}).get(pod.controller, pod.since)),
        controller=pod.controller,
        resource_version=pod.resource_version,
        hold=hold.node if hold else None,
        batch=_is_batch(pod.shape),
    )


def _is_batch(shape: Shape) -> bool:
    return (names.WORKLOAD, Workload.BATCH) in shape.labels


class _Holds:
    """Holds that are still free, oldest first, by who may take them and what they hold."""

    def __init__(self, holds: Iterable[Hold], admitting: Collection[str]) -> None:
        self._free: dict[tuple[object, ...], dict[str, Hold]] = {}
        self._left: dict[str, Hold] = {}
        for hold in sorted(holds, key=lambda hold: (hold.since, hold.key)):
            if hold.node in admitting:
                self._free.setdefault((hold.controller, hold.units, hold.requests), {})[hold.key] = hold
                self._left[leaver(hold)] = hold

    def take_own(self, pod: PodRecord) -> Hold | None:
        """The place that a pod of this name left, if it fits this pod; it is free no longer."""
        hold = self._left.get(f"{pod.namespace}/{pod.name}")
        return self._fitting(pod).pop(hold.key, None) if hold is not None else None

    def take(self, pod: PodRecord) -> Hold | None:
        """The oldest hold that fits this pod, which is free no longer."""
        fitting = self._fitting(pod)
        return fitting.pop(next(iter(fitting))) if fitting else None

    def _fitting(self, pod: PodRecord) -> dict[str, Hold]:
        return self._free.get((pod.controller, pod.shape.gpu_units, pod.shape.requests), {})
