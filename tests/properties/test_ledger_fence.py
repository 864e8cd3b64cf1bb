"""Two leaders, lost answers, late patches and stale caches never fill a node beyond its slots."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ampacity.core.ledger import Ledger, Sighting, advance, announce, in_doubt, resolve, take_over
from ampacity.core.plan import Grant
from ampacity.core.snapshot import Waiter
from tests.unit.ledger.builders import grant, replica, waiter

SLOTS = {"n1": 1, "n2": 1}
PODS = ("p1", "p2", "p3")
WRITERS = ("a", "b")


@dataclass(frozen=True)
class Pod:
    version: int
    node: str | None = None


@dataclass
class Writer:
    """What one operator process knows: its ledger as written, the version it wrote, its pod cache."""

    ledger: Ledger
    version: int
    cache: dict[str, Pod]
    unanswered: set[str] = field(default_factory=set)


class TwoLeaders(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = 0
        self.pods: dict[str, Pod] = {}
        self.stored, self.version = Ledger(), 0
        self.writers: dict[str, Writer] = {}
        self.in_flight: list[tuple[str, Grant]] = []

    def tick(self) -> int:
        self.clock += 1
        return self.clock

    def write(self, seen: int, ledger: Ledger) -> bool:
        if seen != self.version:
            return False
        self.stored, self.version = ledger, self.tick()
        return True

    @rule(uid=st.sampled_from(PODS))
    def appears_or_changes(self, uid: str) -> None:
        self.pods[uid] = replace(self.pods.get(uid, Pod(0)), version=self.tick())

    @rule(uid=st.sampled_from(PODS))
    def is_deleted(self, uid: str) -> None:
        self.pods.pop(uid, None)

    @rule(name=st.sampled_from(WRITERS))
    def becomes_leader(self, name: str) -> None:
        """The fence first, then the pods; changing the pods in doubt is a step of its own."""
        ledger = take_over(self.stored, name)
        self.write(self.version, ledger)
        self.writers[name] = Writer(ledger, self.version, dict(self.pods))

    @rule(name=st.sampled_from(WRITERS))
    def changes_pods_in_doubt(self, name: str) -> None:
        writer = self.writers.get(name)
        for entry in in_doubt(writer.ledger, writer.unanswered) if writer else ():
            if entry.uid in self.pods:
                self.pods[entry.uid] = replace(self.pods[entry.uid], version=self.tick())

    @rule(
        name=st.sampled_from(WRITERS),
        fresh=st.booleans(),
        order=st.permutations([*PODS, "replica/default/chat/0"]),
        nodes=st.permutations(list(SLOTS)),
    )
    def cycle(self, name: str, fresh: bool, order: list[str], nodes: list[str]) -> None:
        writer = self.writers.get(name)
        if writer is None:
            return
        if fresh:
            writer.cache = dict(self.pods)
        seen = {uid: Sighting(str(pod.version), pod.node is None) for uid, pod in writer.cache.items()}
        ledger = resolve(writer.ledger, seen, 0)
        announced = announce(advance(ledger), self.plan(writer, ledger, order, nodes), 0)
        if not self.write(writer.version, announced.ledger):
            del self.writers[name]
            return
        writer.ledger, writer.version = announced.ledger, self.version
        self.in_flight += [(name, g) for g in announced.fenced]

    @staticmethod
    def plan(writer: Writer, ledger: Ledger, order: list[str], nodes: list[str]) -> list[Grant]:
        """First fit over free slots; a waiting pod takes a hold where there is one."""
        taken = Counter(pod.node for pod in writer.cache.values() if pod.node)
        taken += Counter(e.node for e in ledger.fence) + Counter(h.node for h in ledger.holds)
        holds = [hold.node for hold in ledger.holds]
        grants: list[Grant] = []
        for waiting in waiters(writer, ledger, order):
            held = holds.pop() if holds and waiting.resource_version else None
            node = held or next((n for n in nodes if taken[n] < SLOTS[n]), None)
            if node is not None:
                taken[node] += 0 if held else 1
                grants.append(grant(replace(waiting, hold=held), node))
        return grants

    @rule(data=st.data())
    def patch_arrives(self, data: st.DataObject) -> None:
        if self.in_flight:
            index = data.draw(st.integers(0, len(self.in_flight) - 1))
            _, late = self.in_flight.pop(index)
            if self.would_land(late):
                self.pods[late.waiter.uid] = Pod(self.tick(), late.node)

    @rule(data=st.data(), on_its_way=st.booleans())
    def answer_is_lost(self, data: st.DataObject, on_its_way: bool) -> None:
        if self.in_flight:
            index = data.draw(st.integers(0, len(self.in_flight) - 1))
            name, lost = self.in_flight[index]
            if not on_its_way:
                del self.in_flight[index]
            if name in self.writers:
                self.writers[name].unanswered.add(lost.waiter.uid)

    def would_land(self, late: Grant) -> bool:
        pod = self.pods.get(late.waiter.uid)
        return pod is not None and pod.node is None and str(pod.version) == late.waiter.resource_version

    @invariant()
    def no_node_is_over(self) -> None:
        used = Counter(pod.node for pod in self.pods.values() if pod.node)
        assert all(used[node] <= slots for node, slots in SLOTS.items()), used

    @invariant()
    def what_may_still_land_is_announced(self) -> None:
        announced = {(e.uid, e.resource_version, e.node) for e in self.stored.fence}
        for _, late in self.in_flight:
            if self.would_land(late):
                assert (late.waiter.uid, late.waiter.resource_version, late.node) in announced


def waiters(writer: Writer, ledger: Ledger, order: list[str]) -> list[Waiter]:
    """Pods that the cache shows waiting and no entry names, and one replica without a pod."""
    fenced = {entry.uid for entry in ledger.fence}
    found = []
    for uid in order:
        pod = writer.cache.get(uid)
        if uid.startswith("replica/"):
            found.append(replica())
        elif pod is not None and pod.node is None and uid not in fenced:
            found.append(waiter(uid, str(pod.version)))
    return found


TestTwoLeaders = TwoLeaders.TestCase
TestTwoLeaders.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
