"""What a process makes of its ledger at the beginning of a cycle: `LedgerKeeper.settled`, rule by rule."""

from __future__ import annotations

from dataclasses import replace

from ampacity.core.ledger import Ledger, Sighting, in_doubt, release, resolve, withdraw
from tests.properties.ledger.instance import POOL, Instance
from tests.properties.ledger.rules import Rule
from tests.properties.ledger.world import Pods, Process

_NEWEST = "999999"


def settled(instance: Instance, process: Process) -> Ledger:
    """The ledger without what means nothing any more, as far as this process knows."""
    ledger = resolved(instance, process)
    if not instance.follows(Rule.RELEASE):
        return ledger
    return release(ledger, due_holds(instance, ledger, process.cache), instance.nodes.keys())


def resolved(instance: Instance, process: Process) -> Ledger:
    """`withdraw`, then `resolve`."""
    ledger = _withdrawn(instance, process)
    after = resolve(ledger, _sightings(instance, process, ledger), process.version)
    return after if instance.follows(Rule.HOLD_RETURNS) else replace(after, holds=ledger.holds)


def due_holds(instance: Instance, ledger: Ledger, cache: Pods) -> dict[str, int]:
    """As `Fleet.due_holds`: what the pool wants, less its pods that have a place or an entry."""
    announced = {entry.uid for entry in ledger.fence}
    pods = (pod for spec, pod in zip(instance.specs, cache, strict=True) if spec.controller == POOL)
    running = sum(pod is not None and bool(pod.node or pod.uid in announced) for pod in pods)
    return {POOL: max(0, instance.replicas - running)}


def _withdrawn(instance: Instance, process: Process) -> Ledger:
    ledger = process.ledger
    if not process.withdrawn:
        return ledger
    if not instance.follows(Rule.OWN_EPOCH):
        fence = tuple(replace(entry, epoch=ledger.epoch) for entry in ledger.fence)
        ledger = replace(ledger, fence=fence)
    return withdraw(ledger, process.withdrawn, process.version)


def _sightings(instance: Instance, process: Process, ledger: Ledger) -> dict[str, Sighting]:
    """The fence's pods as the cache shows them; rules that are left out let more count as proof."""
    doubtful = {entry.uid for entry in in_doubt(ledger, process.unanswered)}
    if instance.follows(Rule.TOUCH):
        doubtful.clear()
    announced = {entry.uid: int(entry.resource_version) for entry in ledger.fence}
    found = {}
    for pod in process.cache:
        if pod is not None and pod.uid in announced:
            older = pod.version < announced[pod.uid] and not instance.follows(Rule.ONLY_NEWER)
            version = _NEWEST if older or pod.uid in doubtful else str(pod.version)
            found[pod.uid] = Sighting(version, not pod.node)
    return found
