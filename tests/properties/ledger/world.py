"""The model's world: pods, the holds object, operator processes, and what is on its way between them.

Versions count each pod's changes from 1. A uid is "name#n"; a pod recreated under the same name
has the next n. That is all that the protocol can tell of resourceVersions and UIDs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ampacity.core.ledger import Ledger

EMPTY = Ledger()

Mark = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Spec:
    """What is the same for all pods that bear one name. `controller`: whose replica it is, "" for none."""

    name: str
    watts: int = 1
    controller: str = ""


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod as it is, or as a cache has seen it. `node`: "" until a grant reaches it.

    `mark`: what it was last touched with.
    """

    uid: str
    version: int = 1
    node: str = ""
    mark: Mark | None = None


Pods = tuple[Pod | None, ...]
"""By place in the instance's list of names."""


@dataclass(frozen=True, slots=True)
class Request:
    """A grant on its way to the API server: a gate patch or a binding, which have the same preconditions."""

    pod: int
    uid: str
    version: int
    node: str


class Phase(Enum):
    """Where a process is in `controllers.leading`."""

    OUT = 0  # not in office: standing by, or just begun
    LISTED = 1  # has listed although the ledger is not its own yet (only without LEDGER_FIRST)
    TAKEN = 2  # the ledger is its own; it has not listed since
    IDLE = 3  # between two cycles
    GRANTING = 4  # has announced, and waits for answers


@dataclass(frozen=True, slots=True)
class Process:
    """An operator process, and what `LedgerKeeper` and the caches remember in it.

    `version`: of the holds object as it wrote it. `pending`: requests without an answer yet.
    """

    phase: Phase = Phase.OUT
    ledger: Ledger = EMPTY
    version: int = -1
    cache: Pods = ()
    pending: tuple[Request, ...] = ()
    withdrawn: frozenset[str] = frozenset()
    unanswered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class World:
    """Everything. `stored`, `version`: the holds object.

    `late`: requests whose sender no longer waits for them; each may arrive at any time, or never.
    `lagging`: what a replica that lags behind would list. `lease`: which process holds it.
    `faults`: what must never happen and has. `terms`: how many terms of office are left to begin.
    """

    pods: Pods
    processes: tuple[Process, ...]
    stored: Ledger = EMPTY
    version: int = 0
    late: frozenset[Request] = frozenset()
    born: tuple[int, ...] = ()
    lagging: Pods = ()
    lease: int = 0
    faults: frozenset[str] = frozenset()
    terms: int = -1


Step = tuple[str, World]
"""What happened, in words, and the world after it."""

Steps = Iterator[Step]
