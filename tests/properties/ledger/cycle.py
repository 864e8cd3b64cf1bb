"""One cycle of an operator process, with the ledger's real functions.

| step | mirrors |
|---|---|
| cycles | `LedgerKeeper.settled`, the plan, `LedgerKeeper.commit`: `advance`, `announce`, save |
| hears | one request of `Executor.grant` and its answer: `LedgerKeeper.answered`, `Placement._observe` |

Both lanes are this one request: the gate's patch and the binding place the pod, and both are refused unless
the UID, the version and the pod's being without a place are as they say. Only their answers differ.

All requests of a cycle are under way at once, and a process may end while it waits for them.
"""

from __future__ import annotations

from dataclasses import replace

from ampacity.core.ledger import Ledger, advance, announce, without_holds
from ampacity.core.plan import Grant
from tests.properties.ledger.instance import Instance, who
from tests.properties.ledger.office import ends, may_write, seen, with_process
from tests.properties.ledger.planner import plans
from tests.properties.ledger.rules import Rule
from tests.properties.ledger.server import arrive
from tests.properties.ledger.settling import resolved, settled
from tests.properties.ledger.world import Phase, Process, Request, Steps, World

PLACE_LOST = "a place that was held was neither used nor kept"


def cycles(instance: Instance, world: World, number: int) -> Steps:
    """Every cycle that the planner could make of what this process knows."""
    if not may_write(instance, world, number):
        return
    process = world.processes[number]
    for how, ledger in _settled(instance, process):
        for grants in plans(instance, ledger, process.cache):
            yield from commits(instance, world, number, ledger, grants, how)


def commits(
    instance: Instance, world: World, number: int, ledger: Ledger, grants: tuple[Grant, ...], how: str = ""
) -> Steps:
    """The ledger is written with what is about to be granted, if nobody else wrote it meanwhile."""
    process = world.processes[number]
    base = ledger if instance.follows(Rule.CARRIED) else replace(ledger, fence=())
    announced = announce(advance(base), grants, world.version)
    written = announced.ledger
    if not announced.fenced and replace(written, sequence=process.ledger.sequence) == process.ledger:
        return
    told = f"{who(number)}{how} announces {_told(grants)}"
    requests = tuple(_request(instance, grant) for grant in announced.fenced)
    if not instance.follows(Rule.FENCE_FIRST) and requests:
        sent = with_process(world, number, replace(process, pending=requests))
        label, after = ends(instance, sent, number)
        yield f"{who(number)} sends {_told(grants)} before it announces them, and {label}", after
    if process.version != world.version and instance.follows(Rule.COMPARE_AND_SWAP):
        label, after = ends(instance, world, number)
        yield f"{told}: refused, the ledger is another's", after
        return
    version = world.version + 1
    process = replace(
        process,
        phase=Phase.GRANTING if requests else Phase.IDLE,
        ledger=written,
        version=version,
        pending=requests,
        withdrawn=frozenset(),
        unanswered=process.unanswered | {request.uid for request in requests},
    )
    faults = world.faults | _lost_places(instance, world, world.processes[number])
    world = replace(world, stored=written, version=version, faults=faults)
    yield told, with_process(world, number, process)


def hears(instance: Instance, world: World, number: int) -> Steps:
    """What becomes of one request: it takes effect, is refused, or nobody hears of it."""
    process = world.processes[number]
    for request in process.pending:
        pending = tuple(other for other in process.pending if other != request)
        phase = Phase.GRANTING if pending else Phase.IDLE
        waits = replace(process, phase=phase, pending=pending)
        yield from _answered(instance, world, number, waits, request)
        name = instance.specs[request.pod].name
        refused = with_process(world, number, _refused(instance, waits, request))
        yield f"{who(number)}'s grant of {name} is turned away unseen", refused
        lost = replace(world, late=world.late | {request})
        if not instance.follows(Rule.UNANSWERED):
            waits = replace(waits, withdrawn=waits.withdrawn | {request.uid})
        yield f"{who(number)} gets no answer to its grant of {name}", with_process(lost, number, waits)


def _answered(instance: Instance, world: World, number: int, waits: Process, request: Request) -> Steps:
    """The answer to a patch shows the pod as it is now; that to a binding does not."""
    grant = f"{who(number)}'s grant of {instance.specs[request.pod].name}"
    after, granted = arrive(instance, world, request)
    if not granted:
        yield f"{grant} is refused", with_process(after, number, _refused(instance, waits, request))
        return
    process = replace(waits, unanswered=waits.unanswered - {request.uid})
    known = waits.cache[request.pod]
    if known is not None and known.uid == request.uid:
        yield f"{grant} takes effect", with_process(after, number, seen(process, after, request.pod))
    yield f"{grant} takes effect, as the watch will show", with_process(after, number, process)


def _refused(instance: Instance, process: Process, request: Request) -> Process:
    withdrawn = {request.uid} if instance.follows(Rule.WITHDRAW) else set()
    return replace(
        process,
        unanswered=process.unanswered - {request.uid},
        withdrawn=process.withdrawn | withdrawn,
    )


def _settled(instance: Instance, process: Process) -> list[tuple[str, Ledger]]:
    """The ledger at the beginning of a cycle; holds may also have been left untaken for too long."""
    ledger = settled(instance, process)
    found = [("", ledger)]
    if ledger.holds:
        found.append((" lets go of untaken holds and", without_holds(ledger, ledger.holds)))
    if ledger.fence and not instance.follows(Rule.NOT_BY_TIME):
        found.append((" drops old entries and", replace(ledger, fence=())))
    return found


def _lost_places(instance: Instance, world: World, process: Process) -> set[str]:
    """Whether settling forgot a place that came from a hold and whose pod does not run."""
    if not any(entry.hold for entry in process.ledger.fence):
        return set()
    kept = resolved(instance, process)
    keys = {hold.key for hold in kept.holds} | {entry.hold for entry in kept.fence}
    placed = {pod.uid for pod in (*world.pods, *process.cache) if pod is not None and pod.node}
    lost = (e for e in process.ledger.fence if e.hold and e.hold not in keys and e.uid not in placed)
    return {PLACE_LOST} if any(True for _ in lost) else set()


def _request(instance: Instance, grant: Grant) -> Request:
    waiter = grant.waiter
    place = next(number for number, spec in enumerate(instance.specs) if spec.name == waiter.name)
    version = int(waiter.resource_version) if instance.follows(Rule.VERSION) else 0
    return Request(place, waiter.uid, version, grant.node)


def _told(grants: tuple[Grant, ...]) -> str:
    return " and ".join(f"{grant.waiter.name} on {grant.node}" for grant in grants) or "nothing"
