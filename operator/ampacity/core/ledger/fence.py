"""The write-ahead fence: what may be about to happen to pods, as a pure state machine.

A grant is a patch on a pod, preconditioned on the resourceVersion that the
planner saw. Between the decision and the patch anything can happen: the
process dies, stops for an hour, or loses the answer. So each grant is first
announced in the ledger by compare-and-swap, and its watts count from then on.

An announced grant is *resolved* once it can no longer surprise anybody:

- its pod is ungated: the grant landed, and the pod's reservation speaks for itself;
- its pod is gone;
- its pod is at a newer resourceVersion: the patch can only be refused (409);
- the API server has refused its one request, or that was never sent (`withdraw`).

Time resolves nothing: a stopped process can wake up an hour later. A grant
whose answer is lost, or which an earlier leader announced, is resolved by
*changing its pod*, which turns a late patch into a 409; `in_doubt` names them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace

from ampacity.core.ledger.model import FenceEntry, Hold, Ledger
from ampacity.core.plan import Grant

MAX_ENTRIES = 2_000
"""Most fence entries and holds together: about 0.4 MB of JSON with long names, of a ConfigMap's 1 MiB."""

MAX_HOLDS = MAX_ENTRIES // 2
"""No more new holds beyond this many: however many places wait for pods, pods that exist can be granted."""

VIRTUAL = "replica/"
"""Start of the uid of a waiter that is a pool's replica without a pod (see `Waiter.uid`)."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A pod as last seen. A uid that no complete listing shows has no sighting: it is gone.

    `waiting`: no grant has reached it yet.
    """

    resource_version: str
    waiting: bool


@dataclass(frozen=True, slots=True)
class Announcement:
    """What to write before acting, and what may be acted on once it is written.

    `fenced`: pods that may be patched. `held`: pool replicas that now have a
    place. `deferred`: how many grants found no room in the ledger this cycle.
    """

    ledger: Ledger
    fenced: tuple[Grant, ...] = ()
    held: tuple[Grant, ...] = ()
    deferred: int = 0


def take_over(ledger: Ledger, writer: str) -> Ledger:
    """The ledger of a new leader: entries and holds stay, the epoch makes older writers visible."""
    return replace(ledger, epoch=ledger.epoch + 1, sequence=ledger.sequence + 1, writer=writer)


def advance(ledger: Ledger) -> Ledger:
    """The next write of the same leader."""
    return replace(ledger, sequence=ledger.sequence + 1)


def announce(ledger: Ledger, grants: Iterable[Grant], at: int) -> Announcement:
    """Fence entries for pods and holds for replicas, in the order of `grants`, as far as there is room.

    A pod that takes a hold moves it to the fence, which needs no room, and counts at least
    what was held. `at`: seconds since the epoch.
    """
    holds = {hold.key: hold for hold in ledger.holds}
    fence = list(ledger.fence)
    fenced: list[Grant] = []
    held: list[Grant] = []
    deferred = 0
    for grant in grants:
        taken = _hold_of(grant, holds)
        virtual = grant.waiter.uid.startswith(VIRTUAL)
        full = len(fence) + len(holds) >= MAX_ENTRIES or (virtual and len(holds) >= MAX_HOLDS)
        if taken is None and full:
            deferred += 1
        elif virtual:
            key = f"{ledger.epoch}.{ledger.sequence}.{len(held)}"
            holds[key] = _new_hold(grant, key, at)
            held.append(grant)
        else:
            if taken is not None:
                del holds[taken.key]
                grant = replace(grant, load=grant.load.join(taken.load))
            fence.append(_entry(grant, ledger.epoch, taken))
            fenced.append(grant)
    written = replace(ledger, fence=tuple(fence), holds=tuple(holds.values()))
    return Announcement(written, tuple(fenced), tuple(held), deferred)


def resolve(ledger: Ledger, pods: Mapping[str, Sighting], at: int, given_up: Container[str] = ()) -> Ledger:
    """The ledger without the entries that can no longer surprise anybody.

    `pods`: every pod that exists, by uid, listed after the entries were
    written. A place that came out of a hold returns to it unless the pod runs, or
    is one of `given_up` (uids), for whose successors the place is of no use.
    """
    standing: list[FenceEntry] = []
    returned: list[Hold] = []
    for entry in ledger.fence:
        pod = pods.get(entry.uid)
        if _may_still_land(entry, pod):
            standing.append(entry)
        elif entry.hold and (pod is None or pod.waiting) and entry.uid not in given_up:
            returned.append(_returned(entry, at))
    return replace(ledger, fence=tuple(standing), holds=(*ledger.holds, *returned))


def withdraw(ledger: Ledger, uids: Container[str], at: int) -> Ledger:
    """The ledger without this leader's grants on `uids`, each of whose one request was never sent
    or was refused by a clear answer. Entries of earlier leaders stay: their requests are not ours."""
    standing: list[FenceEntry] = []
    returned: list[Hold] = []
    for entry in ledger.fence:
        if entry.uid not in uids or entry.epoch != ledger.epoch:
            standing.append(entry)
        elif entry.hold:
            returned.append(_returned(entry, at))
    return replace(ledger, fence=tuple(standing), holds=(*ledger.holds, *returned))


def in_doubt(ledger: Ledger, unanswered: Container[str] = ()) -> tuple[FenceEntry, ...]:
    """Entries whose pod must be changed before they can be dropped: those of an earlier
    leader, and those among `unanswered` (uids whose patch ended without a clear answer)."""
    return tuple(e for e in ledger.fence if e.epoch != ledger.epoch or e.uid in unanswered)


def newer(seen: str, announced: str) -> bool:
    """Whether a pod has moved on since it was announced.

    resourceVersions are decimal and ordered; an older one is a stale read and
    proves nothing. Should a server send other text, any difference counts.
    """
    if seen.isdecimal() and announced.isdecimal():
        return int(seen) > int(announced)
    return seen != announced


def _may_still_land(entry: FenceEntry, pod: Sighting | None) -> bool:
    return pod is not None and pod.waiting and not newer(pod.resource_version, entry.resource_version)


def _hold_of(grant: Grant, holds: Mapping[str, Hold]) -> Hold | None:
    """The first hold on the granted node that was made for a pod of this controller and size."""
    if not grant.held:
        return None
    return next((hold for hold in holds.values() if _made_for(hold, grant)), None)


def _made_for(hold: Hold, grant: Grant) -> bool:
    waiter = grant.waiter
    return (hold.node, hold.controller, hold.units, hold.requests) == (
        grant.node, waiter.controller, waiter.shape.gpu_units, waiter.shape.requests,
    )  # fmt: skip


def _new_hold(grant: Grant, key: str, at: int) -> Hold:
    shape = grant.waiter.shape
    return Hold(
        key, grant.waiter.controller, grant.node, grant.site, grant.rack, grant.profile,
        shape.gpu_units, grant.load, shape.requests, at, shape.workload,
    )  # fmt: skip


def _entry(grant: Grant, epoch: int, taken: Hold | None) -> FenceEntry:
    waiter = grant.waiter
    return FenceEntry(
        waiter.uid, waiter.name, waiter.resource_version, grant.node, grant.site, grant.rack, grant.profile,
        waiter.shape.gpu_units, grant.load, waiter.shape.requests,
        grant.generation, waiter.controller, epoch, taken.key if taken else "", waiter.shape.workload,
    )  # fmt: skip


def _returned(entry: FenceEntry, at: int) -> Hold:
    return Hold(
        entry.hold, entry.controller, entry.node, entry.site, entry.rack, entry.profile,
        entry.units, entry.load, entry.requests, at, entry.workload,
    )  # fmt: skip
