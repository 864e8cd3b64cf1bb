"""Keeps two operators alive, as kubelets do, while each life ends as planned.

When one dies, the other takes over and a new one starts. A dead leader's lease
would block the next for its full time; most deaths save that wait by emptying
the lease as administrator, the others wait it out.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from hack import chart
from hack.api import ApiError, Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorFailed, OperatorProcess
from tests.crash.ends import End
from tests.crash.nursery import ForkedOperator

LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{chart.NAMESPACE}/leases/ampacity-leader"

_AT_ONCE = 2
_WAITED_OUT = 8
_LIMIT_S, _LIVES = 15.0, 4
_LOOK_S = 0.1


@dataclass(slots=True)
class Life:
    """One process and the end planned for it, None for one that stays. `leads_since`: monotonic seconds."""

    process: OperatorProcess
    end: End | None
    leads_since: float | None = None


def leader(cluster: LocalCluster) -> str:
    """Who holds the lease, "" if nobody does."""
    found = cluster.api.items(LEASE.rpartition("/")[0], fieldSelector="metadata.name=ampacity-leader")
    return next((str(one["spec"].get("holderIdentity") or "") for one in found), "")


@dataclass(slots=True)
class Lives:
    """As a context manager it ends what is left, cleanly."""

    cluster: LocalCluster
    settings: Mapping[str, str]
    deaths: Counter[str] = field(default_factory=Counter)
    _living: list[Life] = field(default_factory=list)
    _left: list[End] = field(default_factory=list)
    _missed: Counter[str] = field(default_factory=Counter)
    _led: bool = False
    _number: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for life in self._living:
            if error is not None:
                life.process.kill()
            else:
                life.process.stop()

    def start(self, end: End | None = None) -> OperatorProcess:
        """One more operator."""
        extra = {**self.settings, **(end.environment() if end else {})}
        name = f"life-{next(self._number)}"
        process = ForkedOperator(self.cluster, name, extra)
        process.start()
        self._living.append(Life(process, end))
        return process

    def through(self, ends: Sequence[End]) -> None:
        """Return when all these ends have come and one operator lives on; OperatorFailed if one does not
        come in some lives, or a process ends otherwise."""
        self._left = list(reversed(ends))
        while self._left or not self._living or any(life.end for life in self._living):
            if not self._living or (self._led and len(self._living) < _AT_ONCE):
                self.start(self._left.pop() if self._left else None)
            time.sleep(_LOOK_S)
            for life in list(self._living):
                if life.process.ended is not None:
                    self._bury(life, life.process.ended)
            self._watch(leader(self.cluster))

    def _watch(self, holder: str) -> None:
        self._led = self._led or bool(holder)
        for life in self._living:
            if life.end and holder.startswith(f"{life.process.identity}_"):
                life.leads_since = life.leads_since or time.monotonic()
                if time.monotonic() - life.leads_since > _LIMIT_S:
                    self._give_up(life, life.end)

    def _give_up(self, life: Life, end: End) -> None:
        """The end did not come: what it needs was not there. Another life tries it, when that is prepared."""
        self._missed[str(end)] += 1
        if self._missed[str(end)] > _LIVES:
            raise OperatorFailed(f"{end}: not reached in {_LIVES} lives\n{life.process.tail()}")
        self._left += [end, *([end.prepared_by] if end.prepared_by else [])]
        life.end = End()
        with contextlib.suppress(ProcessLookupError):
            os.kill(life.process.pid, signal.SIGKILL)

    def _bury(self, life: Life, code: int) -> None:
        if code != -signal.SIGKILL or life.end is None:
            raise OperatorFailed(f"the operator ended by itself with {code}\n{life.process.tail()}")
        self._living.remove(life)
        self.deaths[str(life.end)] += 1
        holder = leader(self.cluster)
        if holder.startswith(f"{life.process.identity}_") and self.deaths.total() % _WAITED_OUT:
            self._empty_lease(holder)

    def _empty_lease(self, holder: str) -> None:
        """Of that holder, who is dead; it may have expired and be another's by now."""
        place = "/spec/holderIdentity"
        patch: list[Object] = [
            {"op": "test", "path": place, "value": holder},
            {"op": "replace", "path": place, "value": ""},
        ]
        try:
            self.cluster.api.patch(LEASE, patch, kind="json")
        except ApiError as error:
            if error.status != 422:
                raise

    def table(self) -> str:
        """Every end that came, and how often."""
        lines = [f"{count:>4}  {end}" for end, count in self.deaths.items()]
        return "\n".join([f"{self.deaths.total():>4}  times killed", *lines])
