"""Holds: places kept for pods that do not exist yet.

A hold is made with a grant to a pool's replica (`fence.announce`) or out of the
place of a pod that went away (`left.keep`), taken by a pod of the same
controller, and released here once nobody is due to take it, once it was left
untaken for long, or once the planner finds that its place is of no use any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from ampacity.core.ledger.model import Hold, Ledger
from ampacity.core.snapshot import Resources, Waiter

LEFT = "left/"
"""Start of the key of a hold that stands for its time, whatever its controller is due."""

Need = tuple[str, int, Resources]
"""What a waiting pod could take a hold for: its controller, GPU units and requests."""


def holds_by_controller(ledger: Ledger) -> Counter[str]:
    """How many holds each controller has."""
    return Counter(hold.controller for hold in ledger.holds)


def reserved_by_controller(ledger: Ledger) -> Counter[str]:
    """How many places the ledger keeps for each controller: holds, and grants under way."""
    return holds_by_controller(ledger) + Counter(entry.controller for entry in ledger.fence)


def release(ledger: Ledger, due: Mapping[str, int], usable: Set[str]) -> Ledger:
    """The ledger without holds that nobody will take.

    `due`: how many holds each controller may keep (a controller not named keeps
    none); the newest go first. What a controller left behind of which only its pods
    are known (`LEFT`) waits for them. `usable`: nodes that admit pods; a hold on
    another node goes, so that its replica is planned again elsewhere.
    """
    room = Counter(due)
    kept: list[Hold] = []
    for hold in _oldest_first(ledger):
        if hold.node not in usable:
            continue
        if hold.key.startswith(LEFT):
            kept.append(hold)
        elif room[hold.controller] > 0:
            room[hold.controller] -= 1
            kept.append(hold)
    if len(kept) == len(ledger.holds):
        return ledger
    return replace(ledger, holds=tuple(kept))


def without_misfits(ledger: Ledger, waiting: Iterable[Need]) -> Ledger:
    """The ledger without holds that stand in the way of the pods they were made for.

    A pod may turn out to ask for something else than its hold keeps (a default
    of its namespace, a new template). Neither can use the other's watts then,
    so one such hold goes for each such pod. `waiting`: pods without a place.
    """
    unmet = Counter(waiting)
    spare: list[Hold] = []
    for hold in _oldest_first(ledger):
        need = (hold.controller, hold.units, hold.requests)
        if unmet[need] > 0:
            unmet[need] -= 1
        else:
            spare.append(hold)
    pods: Counter[str] = Counter()
    for (controller, _, _), count in unmet.items():
        pods[controller] += count
    dropped = set()
    for hold in spare:
        if pods[hold.controller] > 0:
            pods[hold.controller] -= 1
            dropped.add(hold.key)
    kept = tuple(hold for hold in ledger.holds if hold.key not in dropped)
    return replace(ledger, holds=kept) if dropped else ledger


def overdue(ledger: Ledger, since: Mapping[str, float], now: float, patience: float) -> tuple[Hold, ...]:
    """Holds that have waited in vain for `patience` seconds.

    `since`: from when on each hold counts as waiting, by its key. Times come from one
    clock that never jumps; a hold that is not named has not begun to wait.
    """
    return tuple(hold for hold in ledger.holds if now - since.get(hold.key, now) >= patience)


def without_holds(ledger: Ledger, holds: Iterable[Hold]) -> Ledger:
    """The ledger without these holds."""
    gone = {hold.key for hold in holds}
    if not gone:
        return ledger
    return replace(ledger, holds=tuple(hold for hold in ledger.holds if hold.key not in gone))


def give_up(ledger: Ledger, waiters: Iterable[Waiter]) -> Ledger:
    """The ledger without the holds that these waiters had and could not use, one each."""
    useless = Counter(
        (w.hold, w.controller, w.shape.gpu_units, w.shape.requests) for w in waiters if w.hold is not None
    )
    kept: list[Hold] = []
    for hold in ledger.holds:
        place = (hold.node, hold.controller, hold.units, hold.requests)
        if useless[place] > 0:
            useless[place] -= 1
        else:
            kept.append(hold)
    return replace(ledger, holds=tuple(kept)) if len(kept) < len(ledger.holds) else ledger


def _oldest_first(ledger: Ledger) -> list[Hold]:
    return sorted(ledger.holds, key=lambda hold: (hold.since, hold.key))
