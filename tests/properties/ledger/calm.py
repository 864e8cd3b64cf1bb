"""What comes of a state once trouble ends: one process goes on, everything reaches everybody in time.

From every state that a search finds, the model goes on like this until nothing changes. Then nothing
may be left over: no entry that never resolves, no hold for nobody, no pod that waits though it would fit.
"""

from __future__ import annotations

from dataclasses import replace

from tests.properties.ledger import server
from tests.properties.ledger.cycle import commits, hears
from tests.properties.ledger.instance import POOL, Instance
from tests.properties.ledger.office import learns, lists, takes_over, touches
from tests.properties.ledger.planner import every, taken, waiters
from tests.properties.ledger.settling import due_holds, settled
from tests.properties.ledger.world import Phase, World

LEAKED = "watts are reserved for nothing, for good"
LOST = "a pod waits for ever, and would fit"
RESTLESS = "it never comes to rest"


def calmer(instance: Instance, world: World, *, arrives: bool) -> World:
    """The world a little later; the same if it has come to rest. `arrives`: what is late does, or never."""
    if world.late:
        return _after_late(instance, world) if arrives else replace(world, late=frozenset())
    number = _leader(world)
    if number is None:
        return takes_over(replace(world, lease=0, terms=-1), 0)[1]
    process = world.processes[number]
    if process.phase is Phase.TAKEN:
        return lists(instance, replace(world, lagging=world.pods if world.lagging else ()), number)[1]
    if process.phase is Phase.GRANTING:
        return next(hears(instance, replace(world, lease=number), number))[1]
    learnt = next(learns(instance, world, number), None)
    if learnt is not None:
        return learnt[1]
    return _cycle(instance, replace(world, lease=number), number)


def left_over(instance: Instance, world: World) -> set[str]:
    """What is wrong with a world that has come to rest."""
    process = world.processes[_leader(world) or 0]
    waiting = list(waiters(instance, world.stored, world.pods))
    found = set()
    if world.stored.fence or len(world.stored.holds) > due_holds(instance, world.stored, world.pods)[POOL]:
        found.add(LEAKED)
    if every(instance, waiting, taken(instance, process.ledger, world.pods)):
        found.add(LOST)
    return found


def _after_late(instance: Instance, world: World) -> World:
    request = min(world.late, key=lambda request: (request.uid, request.version, request.node))
    return server.arrive(instance, replace(world, late=world.late - {request}), request)[0]


def _leader(world: World) -> int | None:
    """The process whose ledger is the written one."""
    for number, process in enumerate(world.processes):
        if process.phase not in (Phase.OUT, Phase.LISTED) and process.version == world.version:
            return number
    return None


def _cycle(instance: Instance, world: World, number: int) -> World:
    """Touch whom one doubts, then settle and place all that fit; then the pool's controller does its part."""
    for _, touched in touches(instance, world, number):
        return touched
    process = world.processes[number]
    ledger = settled(instance, process)
    waiting = list(waiters(instance, ledger, process.cache))
    grants = every(instance, waiting, taken(instance, ledger, process.cache))
    for _, after in commits(instance, world, number, ledger, grants):
        return after
    return _replaced(instance, world)


def _replaced(instance: Instance, world: World) -> World:
    """The pool's Deployment makes pods for its holds, as many as the pool wants, where names are free."""
    names = [number for number, spec in enumerate(instance.specs) if spec.controller == POOL]
    pods = [pod for number in names if (pod := world.pods[number]) is not None]
    missing = len(world.stored.holds) - sum(not pod.node for pod in pods)
    free = [number for number in names if world.pods[number] is None]
    if free and missing > 0 and len(pods) < instance.replicas:
        return server.created(instance, world, free[0])
    return world
