"""What an operator process does outside its cycles, with the ledger's real functions.

| step | mirrors |
|---|---|
| takes over | `LedgerKeeper.take_over`, first in `Placement.take_over`: load, then compare-and-swap |
| lists | `caches.fresh()`, which `Placement.take_over` awaits next |
| learns | an event of the watch reaches the store; the answer to a write does the same |
| touches | `Placement._change_doubtful`: `in_doubt`, then `LedgerKeeper.changed` for what was answered |
| ends | SIGKILL, SIGTERM, a lost lease, an error: out of office at any moment, requests still on their way |

What needs no step of its own: a process that is stopped (SIGSTOP) is one that takes no step for as long
as one likes. A write of the ledger whose answer is lost is one after which the process ends. One that
arrives late is one that was begun late, on an old cache; it replaces exactly the version it was made of.
"""

from __future__ import annotations

from dataclasses import replace

from ampacity.core.ledger import in_doubt, take_over
from tests.properties.ledger.instance import Instance, who
from tests.properties.ledger.rules import Rule
from tests.properties.ledger.server import touch
from tests.properties.ledger.settling import settled
from tests.properties.ledger.world import Phase, Process, Step, Steps, World


def begins(instance: Instance, world: World, number: int) -> Steps:
    """A process that is not in office takes it: the ledger first, then the list."""
    process, listed_first = world.processes[number], not instance.follows(Rule.LEDGER_FIRST)
    if listed_first and process.phase is Phase.OUT:
        yield lists(instance, world, number)
    elif world.terms and may_write(instance, world, number):
        yield takes_over(world, number)


def takes_over(world: World, number: int) -> Step:
    """The ledger is written anew as this process's own."""
    process, version = world.processes[number], world.version + 1
    stored = take_over(world.stored, who(number))
    phase = Phase.IDLE if process.phase is Phase.LISTED else Phase.TAKEN
    process = replace(process, phase=phase, ledger=stored, version=version)
    world = replace(world, stored=stored, version=version, terms=max(world.terms - 1, min(world.terms, 0)))
    return f"{who(number)} takes the ledger over (term {stored.epoch})", with_process(world, number, process)


def lists(instance: Instance, world: World, number: int) -> Step:
    """All pods at quorum, or what a replica shows that lags behind."""
    process = world.processes[number]
    pods = world.pods if instance.follows(Rule.QUORUM) else world.lagging
    phase = Phase.IDLE if process.phase is Phase.TAKEN else Phase.LISTED
    return f"{who(number)} lists", with_process(world, number, replace(process, phase=phase, cache=pods))


def learns(instance: Instance, world: World, number: int) -> Steps:
    """The watch tells of one pod as it is now."""
    process = world.processes[number]
    for place, (known, pod) in enumerate(zip(process.cache, world.pods, strict=True)):
        if known != pod:
            name = instance.specs[place].name
            yield f"{who(number)} learns of {name}", with_process(world, number, seen(process, world, place))


def touches(instance: Instance, world: World, number: int) -> Steps:
    """A pod in doubt is changed; the answer comes, or is lost."""
    if not instance.follows(Rule.TOUCH):
        return
    process = world.processes[number]
    ledger = settled(instance, process)
    mark = (ledger.epoch, ledger.sequence) if instance.follows(Rule.TOUCH_DIFFERS) else (0, 0)
    doubtful = {entry.uid for entry in in_doubt(ledger, process.unanswered)}
    for place, pod in enumerate(process.cache):
        if pod is not None and pod.uid in doubtful and _is(world, place, pod.uid):
            name, after = instance.specs[place].name, touch(world, place, mark)
            told = replace(seen(process, after, place), unanswered=process.unanswered - {pod.uid})
            yield f"{who(number)} touches {name}", with_process(after, number, told)
            if after != world:
                yield f"{who(number)} touches {name}, and the answer is lost", after


def ends(instance: Instance, world: World, number: int) -> Step:
    """Out of office. Whatever it has sent or was about to send may still arrive."""
    process = world.processes[number]
    memory = process.withdrawn if not instance.follows(Rule.FORGETS) else frozenset()
    world = replace(world, late=world.late | frozenset(process.pending))
    return f"{who(number)} is out of office", with_process(world, number, Process(withdrawn=memory))


def may_write(instance: Instance, world: World, number: int) -> bool:
    """The guard that is asked before every write."""
    return world.lease == number or not instance.follows(Rule.GUARD)


def seen(process: Process, world: World, place: int) -> Process:
    """The process when it has seen this pod as it is now."""
    cache = (*process.cache[:place], world.pods[place], *process.cache[place + 1 :])
    return replace(process, cache=cache)


def with_process(world: World, number: int, process: Process) -> World:
    """The world with this process."""
    processes = (*world.processes[:number], process, *world.processes[number + 1 :])
    return replace(world, processes=processes)


def _is(world: World, place: int, uid: str) -> bool:
    pod = world.pods[place]
    return pod is not None and pod.uid == uid
