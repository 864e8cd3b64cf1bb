"""The small instances that are searched, and what is left out of them to show what each rule is for.

All of them leave GUARD out: nobody asks the lease, so any process may do anything at any time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ampacity.core.ledger import announce, take_over
from tests.properties.ledger.calm import LEAKED, LOST, RESTLESS
from tests.properties.ledger.cycle import PLACE_LOST
from tests.properties.ledger.instance import POOL, Instance
from tests.properties.ledger.invariants import GIVEN_TWICE, OVER, OVERBOOKED
from tests.properties.ledger.planner import grant_of, pod_waiter, replica_waiter
from tests.properties.ledger.rules import Rule
from tests.properties.ledger.server import STRANGER, TWICE, UNANNOUNCED
from tests.properties.ledger.world import Pod, Request, Spec

EVERYTHING = frozenset(
    {OVER, OVERBOOKED, GIVEN_TWICE, UNANNOUNCED, TWICE, STRANGER, PLACE_LOST, LEAKED, LOST, RESTLESS}
)

_P1, _P2 = Spec("p1"), Spec("p2")
_R1, _R2 = Spec("r1", controller=POOL), Spec("r2", controller=POOL)
_NO_GUARD = frozenset({Rule.GUARD})

TWO = Instance((_P1, _P2), {"n1": 1}, 1, without=_NO_GUARD)
PLAIN = replace(TWO, births=False, changes=False, batches=False)
ONE = replace(PLAIN, specs=(_P1,), processes=1)
POOL_AND_POD = Instance((_R1, _P1), {"n1": 1}, 1, replicas=1, without=_NO_GUARD)
TWO_NODES = Instance((_P1, _P2), {"n1": 1, "n2": 1}, 2, without=_NO_GUARD)

SOUND = {
    "two pods, watts for one": TWO,
    "two nodes, watts for one": replace(TWO_NODES, row=1),
    "a small pod and a large one": Instance((_P1, Spec("p2", 2)), {"n1": 2}, 2, without=_NO_GUARD),
    "a pool's replica and a pod": POOL_AND_POD,
    "a replaced pod of a pool": Instance((_R1, _R2), {"n1": 1, "n2": 1}, 1, replicas=1, without=_NO_GUARD),
    "two pods, every state on its own": replace(PLAIN, batches=True, folds=False),
}


@dataclass(frozen=True)
class Removal:
    """What `breaks` without `rule`, in `instance`. `context`: a second line that has to be gone too."""

    rule: Rule
    breaks: str
    instance: Instance = PLAIN
    context: Rule | None = None

    @property
    def with_rule(self) -> Instance:
        """Only the second line is gone."""
        left_out = {self.context} if self.context else set()
        return replace(self.instance, without=self.instance.without | left_out)

    @property
    def without_rule(self) -> Instance:
        """The rule is gone too."""
        return replace(self.with_rule, without=self.with_rule.without | {self.rule})


def _stale() -> Instance:
    """One change of term, and a list that shows p1 as it was before its grant was announced."""
    pod = Pod("p1#1", 2)
    waiter = pod_waiter(_P1, pod.uid, pod.version, None)
    stored = announce(take_over(PLAIN.world().stored, "A"), [grant_of(waiter, "n1")], 0).ledger
    world = replace(
        PLAIN.world(),
        pods=(pod, Pod("p2#1")),
        stored=stored,
        version=1,
        late=frozenset({Request(0, pod.uid, pod.version, "n1")}),
        lagging=PLAIN.world().pods,
        terms=1,
    )
    return replace(PLAIN, processes=1, begin=world)


def _held(*, replicas: int) -> Instance:
    """The pool has a hold, and wants as many; its pod waits if it wants one."""
    hold = announce(take_over(PLAIN.world().stored, "A"), [grant_of(replica_waiter(0, 1), "n1")], 0).ledger
    instance = replace(PLAIN, specs=(_R1, _P1), replicas=replicas)
    pods = (instance.world().pods[0] if replicas else None, Pod("p1#1"))
    return replace(instance, begin=replace(instance.world(), pods=pods, stored=hold, version=1))


NEEDED = (
    Removal(Rule.FENCE_FIRST, OVER),
    Removal(Rule.COMPARE_AND_SWAP, OVER),
    Removal(Rule.CARRIED, OVER),
    Removal(Rule.COUNTED, OVER),
    Removal(Rule.ONE_ENTRY, OVER, replace(TWO_NODES, births=False, changes=False, batches=False)),
    Removal(Rule.LEDGER_FIRST, OVER),
    Removal(Rule.QUORUM, OVER),
    Removal(Rule.TOUCH, OVER),
    Removal(Rule.TOUCH_DIFFERS, LEAKED),
    Removal(Rule.VERSION, OVER),
    Removal(Rule.NO_RETRY, OVER),
    Removal(Rule.NOT_BY_TIME, OVER),
    Removal(Rule.UNANSWERED, OVER),
    Removal(Rule.WITHDRAW, LEAKED),
    Removal(Rule.HOLD_RETURNS, PLACE_LOST, _held(replicas=1)),
    Removal(Rule.RELEASE, LEAKED, _held(replicas=0)),
)

SECOND_LINE = (
    Removal(Rule.ONLY_NEWER, OVER, _stale(), context=Rule.QUORUM),
    Removal(Rule.OWN_EPOCH, OVER, context=Rule.FORGETS),
    Removal(Rule.FORGETS, OVER, context=Rule.OWN_EPOCH),
    Removal(Rule.UID, STRANGER, replace(ONE, births=True), context=Rule.VERSION),
    Removal(Rule.WAITING, TWICE, ONE, context=Rule.VERSION),
)
