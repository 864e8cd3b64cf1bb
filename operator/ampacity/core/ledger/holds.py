"""Holds: places kept for pods that do not exist yet.

A hold is made with a grant to a pool's replica (`fence.announce`) or out of the
place of a pod that went away (`left.keep`), taken by a pod of the same
controller, and released here once nobody is due to take it, once it was left
untaken for long, or once the planner finds that its place is of no use any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
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


def fitted(ledger: Ledger, waiting: Iterable[Need]) -> Ledger:
    """The ledger with the holds of waiting pods as these pods need them.

    A pod may turn out to ask for something else than its hold keeps (a default
    of its namespace, a new template). One that asks for less takes a larger hold,
    which is cut to its size. Where nothing fits, neither can use the other's watts,
    so one hold goes for each such pod. `waiting`: pods without a place.
    """
    unmet = Counter(waiting)
    spare: dict[str, list[Hold]] = {}
    for hold in _oldest_first(ledger):
        need = (hold.controller, hold.units, hold.requests)
        if unmet[need] > 0:
            unmet[need] -= 1
        else:
            spare.setdefault(hold.controller, []).append(hold)
    changed = dict(_adapted(spare, unmet))
    if not changed:
        return ledger
    holds = (changed.get(hold.key, hold) for hold in ledger.holds)
    return replace(ledger, holds=tuple(hold for hold in holds if hold is not None))


def _adapted(spare: Mapping[str, list[Hold]], unmet: Counter[Need]) -> Iterator[tuple[str, Hold | None]]:
    """Holds that change, by key: cut to the size of a pod, or None for those that make way for one."""
    misfits: Counter[str] = Counter()
    for need in unmet.elements():
        holds = spare.get(need[0], [])
        larger = next((hold for hold in holds if _covers(hold, need)), None)
        if larger is None:
            misfits[need[0]] += 1
        else:
            holds.remove(larger)
            yield larger.key, _cut(larger, need)
    for controller, count in misfits.items():
        yield from ((hold.key, None) for hold in spare.get(controller, [])[:count])


def _covers(hold: Hold, need: Need) -> bool:
    _, units, asked = need
    kept, extended = hold.requests, dict(hold.requests.extended)
    return (
        units <= hold.units
        and asked.cpu_milli <= kept.cpu_milli
        and asked.memory <= kept.memory
        and asked.ephemeral <= kept.ephemeral
        and asked.pods <= kept.pods
        and all(amount <= extended.get(name, 0) for name, amount in asked.extended)
    )


def _cut(hold: Hold, need: Need) -> Hold:
    """The hold for fewer GPU units, with as much of its load as they have of its units, rounded up."""
    _, units, requests = need
    load = hold.load.part(units, hold.units) if units < hold.units else hold.load
    return replace(hold, units=units, requests=requests, load=load)


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
