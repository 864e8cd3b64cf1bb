"""Which states are the same: all that behaves alike has one key, so that a search ends.

- Versions of a pod, UIDs under a name, and terms of office matter only by how they compare, so the key
  has their ranks. A search without bound on restarts, terms, changes and births is finite by that.
- Names of pods with the same figures may be exchanged, and so may processes.
- `folded`: a request that can take effect no more is as good as none; a process whose version of the
  ledger is not the written one will write it no more, and what else it may still do is what requests on
  their way and changes by others do, which are steps of their own. (Not where a rule is left out on which
  this rests.)
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from ampacity.core.ledger import FenceEntry, Ledger
from tests.properties.ledger.instance import Instance
from tests.properties.ledger.office import ends
from tests.properties.ledger.rules import Rule
from tests.properties.ledger.server import lands
from tests.properties.ledger.world import Phase, Pod, Process, Request, World

_SECOND = {Rule.GUARD, Rule.ONLY_NEWER, Rule.OWN_EPOCH, Rule.FORGETS, Rule.UID, Rule.WAITING}
"""Rules that folding does not rest upon."""

Sign = tuple[object, ...]
"""Of one part of a world; parts of one kind can be compared."""


def folded(instance: Instance, world: World) -> World:
    """A world that behaves like this one and has less in it."""
    if instance.folds and instance.without <= _SECOND and not instance.follows(Rule.GUARD):
        for number, process in enumerate(world.processes):
            if process.phase is not Phase.OUT and process.version != world.version:
                world = ends(instance, world, number)[1]
    by_version = instance.follows(Rule.VERSION) and instance.follows(Rule.NO_RETRY)
    if world.late and (by_version or instance.follows(Rule.UID)):
        late = frozenset(r for r in world.late if (pod := world.pods[r.pod]) and lands(instance, pod, r))
        return replace(world, late=late)
    return world


def key_of(instance: Instance, world: World) -> Hashable:
    """Equal for worlds that behave alike."""
    if instance.follows(Rule.GUARD):
        return _key(instance, world, world.processes)
    first, *others = sorted(world.processes, key=lambda process: process.phase.value, reverse=True)
    key = _key(instance, world, (first, *others))
    if others and others[0].phase.value == first.phase.value != 0:
        return min(key, _key(instance, world, (others[0], first, *others[1:])))
    return key


def _key(instance: Instance, world: World, processes: Sequence[Process]) -> Sign:
    ages = _ages(world.stored)
    names = (_of_name(instance, world, processes, number, ages) for number in range(len(instance.specs)))
    holds = sorted((ages[hold.key], hold.controller, hold.node, hold.units) for hold in world.stored.holds)
    offices = tuple((process.phase.value, process.version == world.version) for process in processes)
    lease = world.lease if instance.follows(Rule.GUARD) else 0
    return tuple(sorted(names)), offices, tuple(holds), lease, tuple(sorted(world.faults)), world.terms


def _of_name(
    instance: Instance, world: World, processes: Sequence[Process], number: int, ages: dict[str, int]
) -> Sign:
    """All that is known anywhere of pods of one name."""
    spec, ranks = instance.specs[number], _Ranks()
    pod = world.pods[number]
    ranks.pod(pod)
    ranks.pod(world.lagging[number] if world.lagging else None)
    ranks.requests(world.late, number)
    ranks.entries(world.stored, spec.name, ages)
    for process in processes:
        ranks.pod(process.cache[number] if process.cache else None)
        ranks.requests(process.pending, number)
        ranks.entries(process.ledger if process.version != world.version else None, spec.name, {})
    marks = _marks(pod, processes)
    return spec.watts, spec.controller, *ranks.sign(), marks, _memories(ranks, processes)


class _Ranks:
    """Collects (UID, version) and what is said of them; `sign` has ranks for both."""

    def __init__(self) -> None:
        self._pairs: list[tuple[int, str, int]] = []
        self._said: list[Sign] = []

    @property
    def uids(self) -> list[str]:
        return sorted({uid for _, uid, _ in self._pairs}, key=lambda uid: (len(uid), uid))

    def pod(self, pod: Pod | None) -> None:
        if pod is None:
            self._said.append(())
        else:
            self._pairs.append((len(pod.uid), pod.uid, pod.version))
            self._said.append((pod.node,))

    def requests(self, requests: Iterable[Request], number: int) -> None:
        of_name = sorted((r.uid, r.version, r.node) for r in requests if r.pod == number)
        self._pairs += [(len(uid), uid, version) for uid, version, _ in of_name]
        self._said.append(tuple(node for _, _, node in of_name))

    def entries(self, ledger: Ledger | None, name: str, ages: dict[str, int]) -> None:
        of_name = [entry for entry in ledger.fence if entry.name == name] if ledger else []
        self._pairs += [(len(e.uid), e.uid, int(e.resource_version)) for e in of_name]
        self._said.append(tuple(_entry(entry, ledger, ages) for entry in of_name if ledger))

    def sign(self) -> Sign:
        order = sorted(set(self._pairs))
        rank = {pair: number for number, pair in enumerate(order)}
        same = tuple(one[1] == two[1] for one, two in pairwise(order))
        return same, tuple(rank[pair] for pair in self._pairs), tuple(self._said)


def _entry(entry: FenceEntry, ledger: Ledger, ages: dict[str, int]) -> Sign:
    return entry.node, entry.units, ages.get(entry.hold, -1), entry.epoch == ledger.epoch


def _marks(pod: Pod | None, processes: Sequence[Process]) -> Sign:
    """Which processes would touch it with what it was last touched with."""
    if pod is None or pod.mark is None:
        return ()
    return tuple(pod.mark in ((0, 0), (p.ledger.epoch, p.ledger.sequence)) for p in processes)


def _memories(ranks: _Ranks, processes: Sequence[Process]) -> Sign:
    if not any(process.withdrawn or process.unanswered for process in processes):
        return ()
    memories = [memory for process in processes for memory in (process.withdrawn, process.unanswered)]
    return tuple(tuple(uid in memory for uid in ranks.uids) for memory in memories)


def _ages(ledger: Ledger) -> dict[str, int]:
    """Holds, also those that pods have taken, by age: the newest go first when some must."""
    if not ledger.holds and not any(entry.hold for entry in ledger.fence):
        return {}
    kept = [(hold.since, hold.key) for hold in ledger.holds]
    taken = [(-1, entry.hold) for entry in ledger.fence if entry.hold]
    return {key: age for age, (_, key) in enumerate(sorted(kept + taken))}
