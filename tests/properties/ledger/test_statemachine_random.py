"""Larger instances than can be searched: three processes, pods of mixed sizes, a pool, two nodes.

The same steps in random order, with more weight on those that make something happen.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.properties.ledger import server
from tests.properties.ledger.calm import calmer, left_over
from tests.properties.ledger.cycle import cycles, hears
from tests.properties.ledger.instance import POOL, Instance
from tests.properties.ledger.invariants import broken
from tests.properties.ledger.office import begins, ends, learns, lists, touches
from tests.properties.ledger.rules import Rule
from tests.properties.ledger.world import Phase, Spec, Steps, World

INSTANCE = Instance(
    specs=(Spec("p1"), Spec("p2", 2), Spec("p3", 3), *(Spec(f"r{n}", 2, POOL) for n in (1, 2, 3))),
    nodes={"n1": 4, "n2": 3},
    row=6,
    replicas=2,
    processes=3,
    without=frozenset({Rule.GUARD}),
    batches=False,
)
PROCESSES = st.integers(0, INSTANCE.processes - 1)
WHICH = st.integers(0, 2**16)
_PATIENCE = 200


class Ledgers(RuleBasedStateMachine):
    """Each rule takes one of the steps of its kind that are possible, if there is any."""

    def __init__(self) -> None:
        super().__init__()
        self.world = INSTANCE.world()

    def take(self, steps: Steps, which: int) -> None:
        possible = list(steps)
        if possible:
            _, self.world = possible[which % len(possible)]

    def phase(self, number: int) -> Phase:
        return self.world.processes[number].phase

    @rule(number=PROCESSES, which=WHICH)
    def works(self, number: int, which: int) -> None:
        """Whatever comes next for it in the order of `Placement`: take over, list, cycle, hear."""
        nexts: dict[Phase, Callable[[], Steps]] = {
            Phase.OUT: lambda: begins(INSTANCE, self.world, number),
            Phase.TAKEN: lambda: iter([lists(INSTANCE, self.world, number)]),
            Phase.IDLE: lambda: cycles(INSTANCE, self.world, number),
            Phase.GRANTING: lambda: hears(INSTANCE, self.world, number),
        }
        self.take(nexts[self.phase(number)](), which)

    @rule(number=PROCESSES, which=WHICH)
    def learns(self, number: int, which: int) -> None:
        if self.phase(number) is Phase.IDLE:
            self.take(learns(INSTANCE, self.world, number), which)

    @rule(number=PROCESSES, which=WHICH)
    def touches(self, number: int, which: int) -> None:
        if self.phase(number) is Phase.IDLE:
            self.take(touches(INSTANCE, self.world, number), which)

    @rule(number=PROCESSES)
    def ends(self, number: int) -> None:
        if self.phase(number) is not Phase.OUT:
            _, self.world = ends(INSTANCE, self.world, number)

    @rule(which=WHICH)
    def happens(self, which: int) -> None:
        self.take(server.steps(INSTANCE, self.world), which)

    @invariant()
    def nothing_is_broken(self) -> None:
        assert broken(INSTANCE, self.world) == set()

    def teardown(self) -> None:
        for arrives in (True, False):
            assert left_over(INSTANCE, rest(self.world, arrives=arrives)) == set()


def rest(world: World, *, arrives: bool) -> World:
    """The world when it has come to rest."""
    for _ in range(_PATIENCE):
        after = calmer(INSTANCE, world, arrives=arrives)
        if after == world:
            return world
        world = after
    raise AssertionError("it never comes to rest")


TestStatemachineOfLargerInstances = Ledgers.TestCase
TestStatemachineOfLargerInstances.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
