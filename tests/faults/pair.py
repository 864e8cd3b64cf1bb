"""Two operators, one of which leads; and how long nobody grants when it stops or dies."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from hack import chart, settled
from hack.local import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects

LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{chart.NAMESPACE}/leases/ampacity-leader"
_PATIENCE_S = 60.0


class Pair:
    """Use as a context manager: a leader and a ready standby. What `end` ends, `complete` makes good."""

    def __init__(self, stage: LocalCluster, extra: Mapping[str, str] | None = None) -> None:
        self._stage, self._extra, self._made = stage, extra, 0
        self._living: list[OperatorProcess] = []

    def __enter__(self) -> Self:
        try:
            self.complete()
        except BaseException:
            for operator in self._living:
                operator.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for operator in self._living:
            operator.stop() if error is None else operator.kill()

    def complete(self) -> None:
        """Start what is missing; return when it is ready."""
        while len(self._living) < 2:
            self._made += 1
            operator = OperatorProcess(self._stage, f"operator-{self._made}", self._extra)
            operator.start()
            self._living.append(operator)
            operator.wait_ready()

    @property
    def leader(self) -> OperatorProcess:
        """Who holds the Lease."""
        holder = str(self._stage.api.get(LEASE)["spec"]["holderIdentity"])
        return next(operator for operator in self._living if holder.startswith(f"{operator.identity}_"))

    def end(self, how: Callable[[OperatorProcess], None]) -> OperatorProcess:
        """The leader ends in this way, and is no part of the pair any more."""
        operator = self.leader
        self._living.remove(operator)
        how(operator)
        return operator


def seconds_until_granted(stage: LocalCluster, namespace: str, name: str) -> float:
    """Create a gated pod that goes before all others, and wait for its place: for how long nobody grants."""
    begun = time.monotonic()
    pod = objects.gated_pod(name)
    pod["spec"]["priorityClassName"] = "system-cluster-critical"
    objects.create_pods(stage.api, namespace, [pod])
    path = f"/api/v1/namespaces/{namespace}/pods/{name}"
    while settled.RESERVATION not in stage.api.get(path)["metadata"].get("annotations", {}):
        assert time.monotonic() - begun < _PATIENCE_S, f"pod {name} got no place in {_PATIENCE_S:.0f} s"
        time.sleep(0.02)
    return time.monotonic() - begun
