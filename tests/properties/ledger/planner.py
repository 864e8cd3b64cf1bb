"""A planner as simple as can be: whoever fits may be placed, alone or with all that fit after it.

The real one decides better, but what it may decide is among these choices; `translate.snapshot`
tells it who waits and what counts in just this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import permutations

from ampacity.core.ledger import VIRTUAL, Hold, Ledger
from ampacity.core.load import Load
from ampacity.core.plan import Grant
from ampacity.core.snapshot import Resources, Shape, Waiter
from tests.properties.ledger.instance import POOL, Instance
from tests.properties.ledger.rules import Rule
from tests.properties.ledger.world import Pods, Spec


@cache
def shape(watts: int) -> Shape:
    """Of a pod that draws so much: one GPU for each watt."""
    return Shape("default", Resources(extended=(("nvidia.com/gpu", watts),)), watts)


@cache
def pod_waiter(spec: Spec, uid: str, version: int, hold: str | None) -> Waiter:
    """A waiting pod."""
    of, seen = shape(spec.watts), str(version)
    return Waiter(uid, spec.name, of, controller=spec.controller, resource_version=seen, hold=hold)


@cache
def replica_waiter(number: int, watts: int) -> Waiter:
    """A replica of the pool that has no pod yet."""
    return Waiter(f"{VIRTUAL}default/{POOL}/{number}", f"{POOL}-{number}", shape(watts), controller=POOL)


@cache
def grant_of(waiter: Waiter, node: str) -> Grant:
    """Its place on this node."""
    watts = waiter.shape.gpu_units
    load = Load(watts, watts)
    return Grant(waiter, node, "hall", "rack", "h100", load, 1, held=waiter.hold is not None)


def plans(instance: Instance, ledger: Ledger, cache: Pods) -> list[tuple[Grant, ...]]:
    """Every choice for one cycle: nothing, one grant, and all that fit one after the other in any order."""
    used = taken(instance, ledger, cache)
    waiting = list(waiters(instance, ledger, cache))
    found: dict[frozenset[Grant], tuple[Grant, ...]] = {frozenset(): ()}
    for waiter in waiting:
        for node in places(instance, waiter, used):
            grant = grant_of(waiter, node)
            found[frozenset({grant})] = (grant,)
    if instance.batches and len(waiting) > 1:
        for order in permutations(waiting):
            batch = every(instance, order, used)
            found[frozenset(batch)] = batch
    return list(found.values())


def every(instance: Instance, waiting: Iterable[Waiter], used: dict[str, int]) -> tuple[Grant, ...]:
    """All that fit, first come, first served."""
    used, grants = dict(used), []
    for waiter in waiting:
        node = next(places(instance, waiter, used), None)
        if node is not None:
            grants.append(grant_of(waiter, node))
            used[node] += 0 if waiter.hold else waiter.shape.gpu_units
    return tuple(grants)


def taken(instance: Instance, ledger: Ledger, cache: Pods) -> dict[str, int]:
    """Watts on each node: of pods that have a place, of what is announced, of holds."""
    used = dict.fromkeys(instance.nodes, 0)
    for number, pod in enumerate(cache):
        if pod is not None and pod.node:
            used[pod.node] += instance.specs[number].watts
    for entry in ledger.fence if instance.follows(Rule.COUNTED) else ():
        used[entry.node] += entry.load.power
    for hold in ledger.holds:
        used[hold.node] += hold.load.power
    return used


def waiters(instance: Instance, ledger: Ledger, cache: Pods) -> Iterator[Waiter]:
    """Pods without a place and without an entry, holders of holds first; then replicas without a pod."""
    announced = {entry.uid for entry in ledger.fence} if instance.follows(Rule.ONE_ENTRY) else set()
    free = sorted(ledger.holds, key=lambda hold: (hold.since, hold.key))
    places_of_pool = 0
    for spec, pod in zip(instance.specs, cache, strict=True):
        places_of_pool += pod is not None and spec.controller == POOL
        if pod is not None and not pod.node and pod.uid not in announced:
            yield pod_waiter(spec, pod.uid, pod.version, _take(free, spec))
    watts = next((spec.watts for spec in instance.specs if spec.controller == POOL), 0)
    for number in range(instance.replicas - places_of_pool - len(free)):
        yield replica_waiter(number, watts)


def places(instance: Instance, waiter: Waiter, used: dict[str, int]) -> Iterator[str]:
    """Nodes where it fits; the one of its hold is as good as taken."""
    if waiter.hold is not None:
        yield waiter.hold
        return
    watts = waiter.shape.gpu_units
    if sum(used.values()) + watts <= instance.row:
        yield from (node for node, limit in instance.nodes.items() if used[node] + watts <= limit)


def _take(free: list[Hold], spec: Spec) -> str | None:
    """The node of a hold that is made for such a pod, which is free no longer."""
    for hold in free:
        if (hold.controller, hold.units) == (spec.controller, spec.watts):
            free.remove(hold)
            return hold.node
    return None
