"""The ledger's values. The pods are the ledger; this is the small rest.

A fence entry announces a grant before the pod is patched and stands until the
pod is seen ungated, gone, or at another resourceVersion. A hold keeps a place
for a pod that does not exist yet.
"""

from __future__ import annotations

from dataclasses import dataclass

from ampacity.core.load import Load
from ampacity.core.snapshot import Resources
from ampacity.core.workload import Workload


@dataclass(frozen=True, slots=True)
class FenceEntry:
    """One announced grant: the pod and precondition it was announced with, and the place.

    `epoch`: of the leader that announced it; an older one than the ledger's may
    still be patched by a writer that does not know it was replaced. `hold`: key
    of the hold that gave its place, which gets it back if the pod does not run. `workload`:
    its class of work; None where nobody can say, for example because an older version wrote this.
    """

    uid: str
    name: str
    resource_version: str
    node: str
    site: str
    rack: str
    profile: str
    units: int
    load: Load
    requests: Resources
    generation: int
    controller: str = ""
    epoch: int = 0
    hold: str = ""
    workload: Workload | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A place without a pod. `key` is unique; `controller` is who may take it.

    `since`: grows from one hold to the next (a number of the caller's, and no time: clocks jump).
    `workload`: as in FenceEntry.
    """

    key: str
    controller: str
    node: str
    site: str
    rack: str
    profile: str
    units: int
    load: Load
    requests: Resources
    since: int
    workload: Workload | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the holds object says. `epoch` grows with each leader, `sequence` with each write."""

    epoch: int = 0
    sequence: int = 0
    writer: str = ""
    fence: tuple[FenceEntry, ...] = ()
    holds: tuple[Hold, ...] = ()
