"""Who waits for power: gated pods, and replicas of pools that have no pod yet.

A gated pod whose grant is announced in the fence does not wait: its patch may
land any moment, and its place counts already. A hold belongs to whichever
waiting pod of its controller asks for just what it holds, the oldest first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ampacity.core.ledger import Hold, Ledger
from ampacity.core.snapshot import Shape, Waiter
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
    pods = [pod for pod in index.waiting() if _may_be_planned(pod) and pod.uid not in announced]
    pods.sort(key=lambda pod: (pod.since, pod.created, pod.uid))
    free = _Holds(ledger.holds, admitting)
    paired = tuple((pod, free.take(pod)) for pod in pods)
    taken = {hold.key for _, hold in paired if hold is not None}
    return Waiting(paired, tuple(hold for hold in ledger.holds if hold.key not in taken))


def virtual_waiters(pool: PoolRecord, shape: Shape, missing: int) -> Iterable[Waiter]:
    """Replicas of a pool that need a place before they get a pod: the last `missing` of them."""
    name = f"{pool.namespace}/{pool.name}"
    for number in range(pool.replicas - missing, pool.replicas):
        yield Waiter(
            uid=f"replica/{name}/{number}",
            name=f"{name}/{number}",
            shape=shape,
            priority=pool.priority,
            since=pool.created,
            controller=f"Pool/{name}",
        )


def pod_waiter(pod: PodRecord, shape: Shape, hold: Hold | None) -> Waiter:
    """A waiting pod as the planner sees it; `shape`: its own, made ready for planning."""
    return Waiter(
        uid=pod.uid,
        name=f"{pod.namespace}/{pod.name}",
        shape=shape,
        priority=pod.priority,
        since=pod.since,
        controller=pod.controller,
        resource_version=pod.resource_version,
        hold=hold.node if hold else None,
    )


def _may_be_planned(pod: PodRecord) -> bool:
    return not pod.other_gates and not pod.terminating


class _Holds:
    """Holds that are still free, oldest first, by who may take them and what they hold."""

    def __init__(self, holds: Iterable[Hold], admitting: Collection[str]) -> None:
        self._free: dict[tuple[object, ...], list[Hold]] = {}
        for hold in sorted(holds, key=lambda hold: (hold.since, hold.key), reverse=True):
            if hold.node in admitting:
                self._free.setdefault((hold.controller, hold.units, hold.requests), []).append(hold)

    def take(self, pod: PodRecord) -> Hold | None:
        """The oldest hold that fits this pod, which is free no longer."""
        fitting = self._free.get((pod.controller, pod.shape.gpu_units, pod.shape.requests))
        return fitting.pop() if fitting else None
